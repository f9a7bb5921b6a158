// How the codecs check what stands in a frame. Inside of this room only.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace coffer::replication {

// Nothing is said about what was wrong beyond the field: the rest of the frame is the sender's business.
inline Error corrupt(std::string_view field) {
  return {ErrorCode::kCorrupt, "link frame: bad " + std::string(field)};
}

inline Result<void> check(bool good, std::string_view field) {
  if (!good) return corrupt(field);
  return {};
}

template <class Id>
Result<Id> parse_id(std::string_view text, std::string_view field) {
  auto id = Id::parse(text);
  if (!id) return corrupt(field);
  return std::move(*id);
}

inline Result<Time> parse_time(int64_t milliseconds, std::string_view field) {
  constexpr int64_t kLastMillisecond = 253'402'300'799'999;  // of the year 9999
  if (milliseconds < 0 || milliseconds > kLastMillisecond) return corrupt(field);
  return Time(std::chrono::milliseconds(milliseconds));
}

inline std::string_view bytes_of(const SecretBytes& secret) {
  return secret.view(SecretAccess("sent inside mutual TLS"));
}

// Takes `size` bytes off the tail.
inline Result<SecretBytes> take(std::string_view& tail, size_t size, size_t limit, std::string_view field) {
  if (size > limit || size > tail.size()) return corrupt(field);
  SecretBytes secret = SecretBytes::copy_of(tail.substr(0, size));
  tail.remove_prefix(size);
  return secret;
}

}  // namespace coffer::replication
