#include "sts/session_key_rows.h"

#include <algorithm>

#include "store/keys.h"
#include "sts/records.pb.h"
#include "sts/session_key.h"

namespace coffer::sts {
namespace {

constexpr std::string_view kFamily = "sk";

}  // namespace

std::string session_keys_row() {
  return store::make_key(kFamily, {});
}

std::string session_key_context(std::string_view id) {
  return store::make_key(kFamily, {id});
}

std::string encode(const StoredSessionKeys& keys) {
  SessionKeysRecord record;
  record.set_generation(keys.generation);
  for (const StoredSessionKey& key : keys.keys) {
    SessionKeysRecord::Key& added = *record.add_keys();
    added.set_id(key.id);
    added.set_active_from_ms(key.active_from.time_since_epoch().count());
    added.set_wrapped_key(key.wrapped);
  }
  return record.SerializeAsString();
}

Result<StoredSessionKeys> decode_session_keys(std::string_view value) {
  SessionKeysRecord record;
  bool is_sound = record.ParseFromArray(value.data(), static_cast<int>(value.size())) && !record.keys().empty();
  StoredSessionKeys stored{record.generation(), {}};
  for (SessionKeysRecord::Key& key : *record.mutable_keys()) {
    is_sound = is_sound && key.id().size() == kSessionKeyIdSize;
    stored.keys.push_back(
        {std::move(*key.mutable_id()), Time(Duration(key.active_from_ms())), std::move(*key.mutable_wrapped_key())});
  }
  is_sound = is_sound && std::ranges::is_sorted(stored.keys, {}, &StoredSessionKey::active_from);
  if (is_sound) return stored;
  return Error{ErrorCode::kCorrupt, "the record of the session keys is damaged"};
}

}  // namespace coffer::sts
