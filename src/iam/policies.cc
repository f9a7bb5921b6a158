#include "iam/policies.h"

#include <algorithm>
#include <charconv>

#include "iam/entity_edit.h"
#include "iam/lookups.h"
#include "iam/names.h"
#include "iam/policy_texts.h"
#include "iam/quotas.h"
#include "iam/tags.h"

namespace coffer::iam {
namespace {

Result<void> check_text(std::string_view text) {
  if (counted_size(text) > kManagedPolicySize) return quota_exceeded("PolicySize", kManagedPolicySize);
  COFFER_TRY(read_identity_policy(text));
  return {};
}

// The version of that id, or how IAM says that there is none.
Result<uint32_t> find_version(const ManagedPolicy& policy, const EntityRef& ref, std::string_view id) {
  const auto number = parse_version_id(id);
  if (!number || policy.version(*number) == nullptr) return no_such_version(ref.name, id);
  return *number;
}

}  // namespace

Result<ManagedPolicy> create_policy(IdentityStore& store, const AccountId& account, const NewPolicy& wanted) {
  COFFER_TRY(check_name(wanted.name, kPolicyNameSize));
  COFFER_TRY(check_path(wanted.path));
  COFFER_TRY(check_tags(wanted.tags));
  COFFER_TRY(check_text(wanted.text));
  ManagedPolicy policy;
  policy.name = wanted.name;
  policy.path = wanted.path;
  policy.description = wanted.description;
  policy.tags = wanted.tags;
  policy.unique_id = draw_unique_id(kPolicyIdPrefix, store.parts().random);
  COFFER_TRY(store.change(account, [&](IdentityChange& change) -> Result<void> {
    if (change.now().policy(policy.name) != nullptr) {
      return Error{ErrorCode::kEntityAlreadyExists,
                   "A policy called " + policy.name + " already exists. Duplicate names are not allowed."};
    }
    if (change.now().policies.size() >= kPoliciesPerAccount) {
      return quota_exceeded("PoliciesPerAccount", kPoliciesPerAccount);
    }
    policy.created = change.time();
    policy.updated = change.time();
    policy.versions = {{1, wanted.text, change.time()}};
    change.put(policy);
    return {};
  }));
  return policy;
}

Result<void> delete_policy(IdentityStore& store, const EntityRef& ref) {
  return store.change(ref.account, [&](IdentityChange& change) -> Result<void> {
    return edit_policy(change, ref, [&](const ManagedPolicy& policy) -> Result<void> {
      const PolicyUsage usage = usage_of(change.now(), ref.name);
      if (usage.attachments != 0 || usage.boundaries != 0) {
        return Error{ErrorCode::kDeleteConflict, "Cannot delete a policy attached to entities."};
      }
      if (policy.versions.size() > 1) {
        return Error{ErrorCode::kDeleteConflict,
                     "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                     "versions. The default version is deleted with the policy."};
      }
      change.erase(policy);
      return {};
    });
  });
}

Result<MadeVersion> create_policy_version(IdentityStore& store, const EntityRef& ref, const NewVersion& wanted) {
  COFFER_TRY(check_text(wanted.text));
  MadeVersion made{{}, wanted.use};
  COFFER_TRY(store.change(ref.account, [&](IdentityChange& change) {
    return edit_policy(change, ref, [&](ManagedPolicy& policy) -> Result<void> {
      if (policy.versions.size() >= kVersionsPerPolicy) {
        return Error{ErrorCode::kLimitExceeded,
                     "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
                     "existing version."};
      }
      made.version = {++policy.last_version, wanted.text, change.time()};
      policy.versions.push_back(made.version);
      if (wanted.use == VersionUse::kDefault) policy.default_version = made.version.number;
      policy.updated = change.time();
      return {};
    });
  }));
  return made;
}

Result<void> set_default_policy_version(IdentityStore& store, const EntityRef& ref, std::string_view version) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_policy(change, ref, [&](ManagedPolicy& policy) -> Result<void> {
      COFFER_ASSIGN(const uint32_t number, find_version(policy, ref, version));
      if (policy.default_version == number) return {};
      policy.default_version = number;
      policy.updated = change.time();
      return {};
    });
  });
}

Result<void> delete_policy_version(IdentityStore& store, const EntityRef& ref, std::string_view version) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_policy(change, ref, [&](ManagedPolicy& policy) -> Result<void> {
      COFFER_ASSIGN(const uint32_t number, find_version(policy, ref, version));
      if (number == policy.default_version) {
        return Error{ErrorCode::kDeleteConflict, "Cannot delete the default version of a policy."};
      }
      std::erase_if(policy.versions, [&](const PolicyVersion& one) { return one.number == number; });
      policy.updated = change.time();
      return {};
    });
  });
}

std::string version_id(uint32_t number) {
  return "v" + std::to_string(number);
}

std::optional<uint32_t> parse_version_id(std::string_view text) {
  if (!text.starts_with('v')) return std::nullopt;
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
  if (error != std::errc() || version_id(number) != text) return std::nullopt;
  return number;
}

Error no_such_version(std::string_view arn, std::string_view version) {
  std::string message = "Policy ";
  message.append(arn).append(" version ").append(version).append(" does not exist or is not attachable.");
  return Error{ErrorCode::kNoSuchEntity, std::move(message)};
}

}  // namespace coffer::iam
