// What most cards of this folder need: the key that a request names, as a resource of the decision and then as what was
// decided on, and the bounds of the members that many requests have.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/operation.h"
#include "services/kms/rooms.h"

namespace coffer::kms_service {

extern const wire::Pattern kMarkerPattern;
extern const wire::Pattern kPolicyPattern;
extern const wire::Pattern kPolicyNamePattern;
extern const wire::Pattern kAliasPattern;
extern const wire::Pattern kPrincipalPattern;
extern const wire::Pattern kRegionPattern;

inline constexpr wire::Constraint kKeyIdBounds{.min = 1, .max = 2048};
inline constexpr wire::Constraint kDescriptionBounds{.min = 0, .max = 8192};
inline constexpr wire::Constraint kLimitBounds{.min = 1, .max = 1000};
inline constexpr wire::Constraint kMarkerBounds{.min = 1, .max = 1024, .pattern = &kMarkerPattern};
inline constexpr wire::Constraint kPolicyBounds{.min = 1, .max = 131'072, .pattern = &kPolicyPattern};
inline constexpr wire::Constraint kPolicyNameBounds{.min = 1, .max = 128, .pattern = &kPolicyNamePattern};
inline constexpr wire::Constraint kAliasBounds{.min = 1, .max = 256, .pattern = &kAliasPattern};
inline constexpr wire::Constraint kRegionBounds{.min = 1, .max = 32, .pattern = &kRegionPattern};

// The answer of operations that AWS answers with an empty body.
struct NoMembers {
  static constexpr std::array<wire::Field, 0> kFields = {};
};

// What a KeyId may be: operations that manage keys take no aliases.
enum class KeyNames { kKeys, kKeysAndAliases };

// The key with its policy. By its ARN, or the alias's, when there is none: then the caller's own policies decide, and
// found_key() tells that it is not there. kNotFoundOnWire for what can be no key, kInvalidArn for an alias where none
// is taken (AWS's texts).
Result<api::Resource> key_resource(std::string_view key_id, KeyNames names, const auth::Caller& caller,
                                   const Rooms& rooms);
// The same for a key whose name is known.
Result<api::Resource> key_resource(const kms::KeyName& key, const Rooms& rooms);
// For operations that are not about one key.
api::Resource no_resource(const auth::Caller& caller);

// The key that was decided on, as it was then. kNotFoundOnWire (AWS's text) when there is none.
Result<kms::KeyPointer> found_key(const api::Resource& resource);
Result<kms::KeyName> found_name(const api::Resource& resource);

// kms:CallerAccount.
void add_caller_keys(const auth::Caller& caller, api::ConditionKeys& keys);
// That, and kms:RequestAlias if the key is named by an alias.
void add_key_id_keys(std::string_view key_id, const auth::Caller& caller, api::ConditionKeys& keys);

// A refusal of what Coffer does not do.
Error unsupported(std::string_view text);
// kDryRunOperation (AWS's text) if that is all that is wanted: at the end of what is checked.
Result<void> end_dry_run(const std::optional<bool>& dry_run);

}  // namespace coffer::kms_service
