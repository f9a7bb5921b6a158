// The keys of identity rows, and their values as records. Format page: docs/formats/identities.md.
// Everything of one account lies below one prefix, so that one scan reads it all as it was at one moment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "iam/entities.h"

namespace coffer::iam {

// "i" SEP account, which holds the generation and the alias.
std::string account_key(const AccountId& account);
// "i" SEP account SEP kind SEP name in small letters.
std::string entity_key(const AccountId& account, EntityKind kind, std::string_view name);
// "iu" SEP unique id: the account of a user or role.
std::string unique_id_key(std::string_view unique_id);
// "ia" SEP alias: the account that has it.
std::string alias_key(std::string_view alias);
// "ak" SEP access key id: account, owner and secret; "al" SEP access key id: when it was last used.
std::string access_key_key(std::string_view access_key_id);
std::string access_key_use_key(std::string_view access_key_id);

// What follows account_key() and a separator in the key of an entity; empty of the account's own row.
std::string_view row_name(std::string_view key);
// The account whose identities a row is about; nullopt for keys of other families.
std::optional<std::string_view> account_of_key(std::string_view key);
// nullopt for the account's own row, and for what is none of these kinds.
std::optional<EntityKind> kind_of_key(std::string_view key);

constexpr EntityKind kind_of(const User&) {
  return EntityKind::kUser;
}
constexpr EntityKind kind_of(const Group&) {
  return EntityKind::kGroup;
}
constexpr EntityKind kind_of(const Role&) {
  return EntityKind::kRole;
}
constexpr EntityKind kind_of(const ManagedPolicy&) {
  return EntityKind::kPolicy;
}
constexpr EntityKind kind_of(const OidcProvider&) {
  return EntityKind::kProvider;
}

// `generation`: of the change that writes the record.
std::string encode(const User& user, uint64_t generation);
std::string encode(const Group& group, uint64_t generation);
std::string encode(const Role& role, uint64_t generation);
std::string encode(const ManagedPolicy& policy, uint64_t generation);
std::string encode(const OidcProvider& provider, uint64_t generation);

// kCorrupt for what encode() did not make of such an entity.
Result<User> decode_user(std::string_view value);
Result<Group> decode_group(std::string_view value);
Result<Role> decode_role(std::string_view value);
Result<ManagedPolicy> decode_policy(std::string_view value);
Result<OidcProvider> decode_provider(std::string_view value);

// Of the change that wrote the row, be it an entity's or the account's own. kCorrupt.
Result<uint64_t> generation_of(std::string_view key, std::string_view value);

struct AccountRow {
  uint64_t generation = 0;
  std::string alias;
};
std::string encode(const AccountRow& row);
Result<AccountRow> decode_account(std::string_view value);

}  // namespace coffer::iam
