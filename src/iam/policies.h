// The account's own managed policies, with up to five versions of which one is in force.
// Follows CreatePolicy, CreatePolicyVersion, SetDefaultPolicyVersion, DeletePolicyVersion and DeletePolicy (IAM API
// reference).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "iam/identity_store.h"

namespace coffer::iam {

struct NewPolicy {
  std::string name;
  std::string path = "/";
  std::string description;
  std::string text;
  std::vector<Tag> tags;
};

// kEntityAlreadyExists, kLimitExceeded, kValidation, kMalformedPolicyDocument, and as check_tags().
Result<ManagedPolicy> create_policy(IdentityStore& store, const AccountId& account, const NewPolicy& wanted);
// kNoSuchEntity; kDeleteConflict while it is attached, is a boundary, or has versions besides the default one.
Result<void> delete_policy(IdentityStore& store, const EntityRef& policy);

enum class VersionUse { kKept, kDefault };
struct NewVersion {
  std::string text;
  VersionUse use = VersionUse::kKept;
};
struct MadeVersion {
  PolicyVersion version;
  VersionUse use;
};
// kNoSuchEntity, kLimitExceeded, kMalformedPolicyDocument.
Result<MadeVersion> create_policy_version(IdentityStore& store, const EntityRef& policy, const NewVersion& wanted);
// `version`: "v2". kNoSuchEntity; of deleting also kDeleteConflict for the default version.
Result<void> set_default_policy_version(IdentityStore& store, const EntityRef& policy, std::string_view version);
Result<void> delete_policy_version(IdentityStore& store, const EntityRef& policy, std::string_view version);

// "v2" and back; nullopt for anything else.
std::string version_id(uint32_t number);
std::optional<uint32_t> parse_version_id(std::string_view text);
// kNoSuchEntity, "Policy ARN version v9 does not exist or is not attachable."
Error no_such_version(std::string_view arn, std::string_view version);

}  // namespace coffer::iam
