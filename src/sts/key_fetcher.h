// Where a provider's keys come from. Asked for registered providers only, and seldom: see provider_keys.h.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "sts/json_web_keys.h"

namespace coffer::sts {

class KeyFetcher {
 public:
  virtual ~KeyFetcher() = default;
  // The keys that the issuer ("https://host/path") publishes. Waits, but no longer than a few seconds. kIo and kTimeout
  // when it cannot be reached or fails, kCorrupt when what it says is not understood. Any thread, several at once.
  virtual Result<std::vector<JsonWebKey>> fetch(std::string_view issuer) const = 0;
};

}  // namespace coffer::sts
