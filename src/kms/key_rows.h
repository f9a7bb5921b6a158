// Rows of the kms room: their keys and values, built and taken apart again. What was written is read back exactly;
// anything else is kCorrupt. Formats: records.proto, docs/formats/kms.md. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "kms/key.h"

namespace coffer::kms {

// A row of family "k". The material is still wrapped.
struct StoredKey {
  KeyInfo info;
  std::string wrapped_material;
};
std::string encode_key(const StoredKey& key);
Result<StoredKey> decode_key(const KeyName& name, std::string_view row);

// "k" NUL account NUL key id.
std::string key_row(const KeyName& key);
std::string key_prefix(const AccountId& account);
// Replaces `row_key` by key_prefix(), without an allocation if it has room.
void begin_key_row(std::string_view account, std::string& row_key);
std::optional<KeyName> parse_key_row(std::string_view row_key);
bool is_key_row(std::string_view row_key);

// "ka" NUL account NUL alias; the value is the key id.
std::string alias_row(const AccountId& account, std::string_view alias);
std::string alias_prefix(const AccountId& account);
std::string_view alias_of_row(std::string_view row_key);
bool is_alias_row(std::string_view row_key);

// "kd" NUL time NUL account NUL key id: when deletion is due. Empty value.
std::string deletion_row(Time due, const KeyName& key);
std::string deletion_prefix();
std::string deletion_bound(Time now);  // the first row that is not yet due
std::optional<KeyName> parse_deletion_row(std::string_view row_key);

// "kx" NUL account NUL key id: there was such a key, and it was deleted. Empty value.
std::string deleted_row(const KeyName& key);

}  // namespace coffer::kms
