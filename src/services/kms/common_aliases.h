// Aliases as resources. Who gives, moves or takes one needs the permission on the alias, which its card asks for, and
// on every key that is concerned, which is asked for here. Follows "Controlling access to aliases" (KMS developer
// guide).
#pragma once

#include <optional>
#include <string_view>

#include "services/kms/common.h"

namespace coffer::kms_service {

namespace action {
struct CreateAlias {
  static constexpr std::string_view kName = "CreateAlias";
  static constexpr std::string_view kAction = "kms:CreateAlias";
};
struct UpdateAlias {
  static constexpr std::string_view kName = "UpdateAlias";
  static constexpr std::string_view kAction = "kms:UpdateAlias";
};
struct DeleteAlias {
  static constexpr std::string_view kName = "DeleteAlias";
  static constexpr std::string_view kAction = "kms:DeleteAlias";
};
}  // namespace action

// The caller's alias of that name, whether there is one or not.
api::Resource alias_resource(std::string_view alias, const auth::Caller& caller, const Rooms& rooms);

// The key that the alias is to have, if the caller may do that to it. kNotFoundOnWire when there is no such key.
template <class Action>
Result<kms::KeyName> permit_target(const api::Authority& authority, std::string_view key_id, const Rooms& rooms) {
  COFFER_ASSIGN(const api::Resource key, key_resource(key_id, KeyNames::kKeys, authority.caller(), rooms));
  COFFER_TRY(api::Pipeline::permit<Action>(
      authority, key, [&](api::ConditionKeys& keys) { add_caller_keys(authority.caller(), keys); }));
  return found_name(key);
}

// The key that has the alias, if the caller may do that to it. nullopt, and nothing is asked, for an alias that there
// is not: its card has decided on the name.
template <class Action>
Result<std::optional<kms::KeyName>> permit_named(const api::Authority& authority, std::string_view alias,
                                                 const Rooms& rooms) {
  COFFER_ASSIGN(const api::Resource key, key_resource(alias, KeyNames::kKeysAndAliases, authority.caller(), rooms));
  if (key.found == nullptr) return std::optional<kms::KeyName>();
  COFFER_TRY(api::Pipeline::permit<Action>(
      authority, key, [&](api::ConditionKeys& keys) { add_caller_keys(authority.caller(), keys); }));
  COFFER_ASSIGN(const kms::KeyName name, found_name(key));
  return std::optional(name);
}

// `attempt` decides on the key that the alias names, and then changes the alias if it still names that key: false when
// it does not, and then everything is decided again.
template <class Attempt>
Result<void> until_decided(const Attempt& attempt) {
  constexpr int kAttempts = 50;
  for (int i = 0; i < kAttempts; ++i) {
    COFFER_ASSIGN(const bool is_done, attempt());
    if (is_done) return {};
  }
  return Error{ErrorCode::kServiceUnavailable, "the alias is being changed by others all the time"};
}

}  // namespace coffer::kms_service
