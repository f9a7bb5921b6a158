#include "sim/planted_frames.h"

#include "replication/link_codec.h"
#include "store/keys.h"

namespace coffer::sim {
namespace {

template <class Body>
Result<SecretBuffer> encode_again(uint64_t session, const Body& body) {
  if constexpr (std::is_same_v<Body, home::StateQuestion> || std::is_same_v<Body, secrets::CopyCheck> ||
                std::is_same_v<Body, secrets::Heartbeat>) {
    return replication::encode(body);
  } else {
    return replication::encode(session, body);
  }
}

}  // namespace

std::string claim_everything(std::string_view frame) {
  Result<replication::Message> message = replication::decode_message(frame);
  auto* const heartbeat = message.ok() ? std::get_if<secrets::Heartbeat>(&message->body) : nullptr;
  if (heartbeat == nullptr) return std::string(frame);
  heartbeat->undelivered = {};
  return std::string(replication::encode(*heartbeat)->view());
}

std::optional<std::string> in_session(std::string_view frame, uint64_t session) {
  const Result<replication::Message> message = replication::decode_message(frame);
  if (!message.ok()) return std::nullopt;
  const Result<SecretBuffer> again =
      std::visit([&](const auto& body) { return encode_again(session, body); }, message->body);
  return again.ok() ? std::optional(std::string(again->view())) : std::nullopt;
}

void clear_marks(Site& from, const Region& to) {
  if (!from.up()) return;
  const auto marks = from.process->store.scan(store::ScanRange::prefix(store::OutboxKey::prefix(to)));
  if (!marks.ok()) return;
  for (const store::Row& mark : *marks)
    (void)from.process->store.commit({.preconditions = {}, .puts = {}, .deletes = {mark.key}});
}

}  // namespace coffer::sim
