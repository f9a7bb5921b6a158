// Requests for the home region of identities, and their answers, as bytes and back: docs/formats/region_link.md. What a
// client sent or is sent - target, headers, bodies - stands in the tail of the frame, because any of it may hold a
// secret. Promises: what decodes is complete and within limits; what does not is kCorrupt, or kUsage when it is of
// another protocol version. Must never: put a secret into an error. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "home/arrivals.h"
#include "home/state.h"
#include "net/message.h"

namespace coffer::replication {

inline constexpr size_t kMaxForwardBodyBytes = 1 << 20;  // as of requests and their answers at the API
inline constexpr size_t kMaxForwardHeadBytes = 32 << 10;
inline constexpr size_t kMaxForwardHeaders = 4096;

struct ForwardedRequest {
  std::string request_id;
  std::string client_address;  // and port
  bool client_uses_tls = false;
  Duration patience{};  // after which nobody reads the answer
  std::string method;
  // Views: of a decoded request into its frame.
  std::string_view target;
  std::vector<net::Header> headers;
  std::string_view body;
};
// kUsage when it is larger than the limits.
Result<SecretBuffer> encode(const ForwardedRequest& request);
// The frame must outlive the request.
Result<ForwardedRequest> decode_forwarded_request(std::string_view frame);

struct ForwardedAnswer {
  std::optional<home::Claim> other_home{};  // set: nothing was done, because that region is home
  int status = 0;                           // otherwise: of the answer
  std::string error;                        // its name; empty: the request succeeded
  std::vector<home::Arrival> changes;       // states that are on their way to the sender
  std::string_view body;                    // a view likewise
};
Result<SecretBuffer> encode(const ForwardedAnswer& answer);
Result<ForwardedAnswer> decode_forwarded_answer(std::string_view frame);

}  // namespace coffer::replication
