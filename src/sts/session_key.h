// A key that seals session tokens, ready for use, and what names it.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "crypto/aead.h"

namespace coffer::sts {

inline constexpr size_t kSessionKeyIdSize = 8;

struct SessionKey {
  std::string id;    // kSessionKeyIdSize random bytes
  Time active_from;  // it seals from then on, until the next key does
  crypto::AeadKey key;
};

using SessionKeyPointer = std::shared_ptr<const SessionKey>;

}  // namespace coffer::sts
