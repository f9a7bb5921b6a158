// The row of the session keys as key and value. Inside of this room only. Format page: docs/formats/sessions.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace coffer::sts {

// "sk"
std::string session_keys_row();
// What a key of that id is bound to when it is wrapped.
std::string session_key_context(std::string_view id);

struct StoredSessionKey {
  std::string id;  // kSessionKeyIdSize bytes
  Time active_from;
  std::string wrapped;  // by the region key; empty on the way between regions
};
struct StoredSessionKeys {
  uint64_t generation = 0;
  std::vector<StoredSessionKey> keys;  // in the order in which they become active; never empty
};

std::string encode(const StoredSessionKeys& keys);
// kCorrupt for what encode() did not make of such keys.
Result<StoredSessionKeys> decode_session_keys(std::string_view value);

}  // namespace coffer::sts
