// Frames from another region are parsed after authentication only, but a region that was broken into must not be able
// to break the others. Whatever decodes must encode again.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <type_traits>

#include "replication/forward_codec.h"
#include "replication/link_codec.h"

using coffer::replication::decode_answer;
using coffer::replication::decode_forwarded_answer;
using coffer::replication::decode_forwarded_request;
using coffer::replication::decode_message;
using coffer::replication::encode;

namespace {

coffer::Result<coffer::SecretBuffer> encode_again(const coffer::replication::Message& message) {
  return std::visit(
      [&message](const auto& body) {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, coffer::home::StateQuestion> ||
                      std::is_same_v<Body, coffer::secrets::CopyCheck> ||
                      std::is_same_v<Body, coffer::secrets::Heartbeat>) {
          return encode(body);  // is of no session
        } else {
          return encode(message.session, body);
        }
      },
      message.body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view frame(reinterpret_cast<const char*>(data), size);
  if (const auto message = decode_message(frame); message.ok()) {
    const auto again = encode_again(*message);
    if (!again.ok() || !decode_message(again->view()).ok()) std::abort();
  }
  if (const auto answer = decode_answer(frame); answer.ok()) {
    if (!decode_answer(encode(*answer).view()).ok()) std::abort();
  }
  if (const auto request = decode_forwarded_request(frame); request.ok()) {
    const auto again = encode(*request);
    if (!again.ok() || !decode_forwarded_request(again->view()).ok()) std::abort();
  }
  if (const auto answer = decode_forwarded_answer(frame); answer.ok()) {
    const auto again = encode(*answer);
    if (!again.ok() || !decode_forwarded_answer(again->view()).ok()) std::abort();
  }
  return 0;
}
