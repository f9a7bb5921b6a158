// Rows of grants: their keys and values, built and taken apart again. What was written is read back exactly; anything
// else is kCorrupt. Formats: records.proto, docs/formats/kms.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kms/grant.h"
#include "store/store.h"

namespace coffer::kms {

std::string encode_grant(const Grant& grant);

// Which grant: enough to find its row.
struct GrantName {
  KeyName key;
  std::string id;
  bool operator==(const GrantName&) const = default;
};
Result<Grant> decode_grant(const GrantName& name, std::string_view row);

// 64 hexadecimal digits, lower case.
bool is_grant_id(std::string_view text);

// "kg" NUL account NUL key id NUL grant id.
std::string grant_row(const GrantName& grant);
std::string grant_prefix(const KeyName& key);
bool is_grant_row(std::string_view row_key);
std::optional<GrantName> parse_grant_row(std::string_view row_key);
// The prefix of the key whose grant's row this is. REQUIRES: is_grant_row(row_key).
std::string_view grant_prefix_of(std::string_view row_key);

// "kp" NUL identity of the retiring principal NUL account NUL key id NUL grant id. Empty value.
std::string retiring_row(std::string_view identity, const GrantName& grant);
std::string retiring_prefix(std::string_view identity);
std::optional<GrantName> parse_retiring_row(std::string_view row_key);

// Deletes all grants on a key, in as many commits as it takes. Only for a key on which no more are made.
Result<void> erase_grants(store::Store& store, const KeyName& key);

}  // namespace coffer::kms
