#include "iam/attachments.h"

#include <algorithm>

#include "iam/entity_edit.h"
#include "iam/names.h"
#include "iam/policy_texts.h"
#include "iam/quotas.h"

namespace coffer::iam {
namespace {

std::string_view word_of(EntityKind kind) {
  switch (kind) {
    case EntityKind::kUser:
      return "user";
    case EntityKind::kGroup:
      return "group";
    case EntityKind::kRole:
      return "role";
    case EntityKind::kPolicy:
    case EntityKind::kProvider:
      break;
  }
  std::abort();
}

std::string_view attachment_quota(EntityKind kind) {
  switch (kind) {
    case EntityKind::kUser:
      return "PoliciesPerUser";
    case EntityKind::kGroup:
      return "PoliciesPerGroup";
    default:
      return "PoliciesPerRole";
  }
}

size_t inline_quota(EntityKind kind) {
  switch (kind) {
    case EntityKind::kUser:
      return kUserPolicySize;
    case EntityKind::kGroup:
      return kGroupPolicySize;
    default:
      return kRolePolicySize;
  }
}

// Of all inline policies of a user, group or role together.
Result<void> check_inline_size(const PolicyHolder& holder, EntityKind kind) {
  size_t size = 0;
  for (const InlinePolicy& policy : holder.inline_policies)
    size += counted_size(policy.text);
  if (size <= inline_quota(kind)) return {};
  std::string message = "Maximum policy size of ";
  message.append(std::to_string(inline_quota(kind))).append(" bytes exceeded for ");
  message.append(word_of(kind)).append(" ").append(holder.name);
  return Error{ErrorCode::kLimitExceeded, std::move(message)};
}

template <class Edit>
Result<void> edit_bounded(IdentityChange& change, const EntityRef& ref, const Edit& edit) {
  if (ref.kind == EntityKind::kUser) return edit_user(change, ref, edit);
  return edit_role(change, ref, edit);
}

}  // namespace

Result<void> attach_policy(IdentityStore& store, const EntityRef& ref, std::string_view arn) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_holder(change, ref, [&](PolicyHolder& holder) -> Result<void> {
      if (change.snapshot().managed_policy(arn) == nullptr) return policy_not_attachable(arn);
      if (std::ranges::find(holder.attached_policies, arn) != holder.attached_policies.end()) return {};
      if (holder.attached_policies.size() >= kAttachedPolicies) {
        return quota_exceeded(attachment_quota(ref.kind), kAttachedPolicies);
      }
      holder.attached_policies.emplace_back(arn);
      return {};
    });
  });
}

Result<void> detach_policy(IdentityStore& store, const EntityRef& ref, std::string_view arn) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_holder(change, ref, [&](PolicyHolder& holder) -> Result<void> {
      return std::erase(holder.attached_policies, arn) != 0 ? Result<void>() : Result<void>(policy_not_found(arn));
    });
  });
}

Result<void> put_inline_policy(IdentityStore& store, const EntityRef& ref, const InlinePolicy& policy) {
  COFFER_TRY(check_name(policy.name, kPolicyNameSize));
  COFFER_TRY(read_identity_policy(policy.text));
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_holder(change, ref, [&](PolicyHolder& holder) -> Result<void> {
      const auto place = std::ranges::lower_bound(holder.inline_policies, policy.name, {}, &InlinePolicy::name);
      if (place != holder.inline_policies.end() && place->name == policy.name) {
        place->text = policy.text;
      } else {
        holder.inline_policies.insert(place, policy);
      }
      return check_inline_size(holder, ref.kind);
    });
  });
}

Result<void> delete_inline_policy(IdentityStore& store, const EntityRef& ref, std::string_view name) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_holder(change, ref, [&](PolicyHolder& holder) -> Result<void> {
      const auto erased =
          std::erase_if(holder.inline_policies, [&](const auto& policy) { return policy.name == name; });
      return erased != 0 ? Result<void>() : Result<void>(no_such_inline_policy(ref.kind, name));
    });
  });
}

const InlinePolicy* find_inline_policy(const PolicyHolder& holder, std::string_view name) {
  const auto found = std::ranges::find(holder.inline_policies, name, &InlinePolicy::name);
  return found == holder.inline_policies.end() ? nullptr : &*found;
}

Error no_such_inline_policy(EntityKind kind, std::string_view name) {
  std::string message = "The ";
  message.append(word_of(kind)).append(" policy with name ").append(name).append(" cannot be found.");
  return Error{ErrorCode::kNoSuchEntity, std::move(message)};
}

Result<void> check_boundary(const IdentitySnapshot& snapshot, std::string_view arn) {
  if (snapshot.managed_policy(arn) != nullptr) return {};
  if (!arn.starts_with("arn:aws:iam::") || arn.find(":policy/") == std::string_view::npos) {
    return Error{ErrorCode::kInvalidInput,
                 "Value (" + std::string(arn) + ") for parameter PermissionsBoundary is invalid."};
  }
  return Error{ErrorCode::kNoSuchEntity, "Scope ARN: " + std::string(arn) + " does not exist or is not attachable."};
}

Result<void> put_boundary(IdentityStore& store, const EntityRef& ref, std::string_view arn) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_bounded(change, ref, [&](auto& entity) -> Result<void> {
      COFFER_TRY(check_boundary(change.snapshot(), arn));
      entity.boundary = arn;
      return {};
    });
  });
}

Result<void> delete_boundary(IdentityStore& store, const EntityRef& ref) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_bounded(change, ref, [&](auto& entity) -> Result<void> {
      if (entity.boundary.empty()) {
        std::string message = "The ";
        message.append(word_of(ref.kind))
            .append(" with name ")
            .append(ref.name)
            .append(" has no permissions boundary.");
        return Error{ErrorCode::kNoSuchEntity, std::move(message)};
      }
      entity.boundary.clear();
      return {};
    });
  });
}

Result<void> check_no_policies(const PolicyHolder& holder) {
  if (!holder.attached_policies.empty()) return delete_conflict("detach all policies");
  if (!holder.inline_policies.empty()) return delete_conflict("delete policies");
  return {};
}

}  // namespace coffer::iam
