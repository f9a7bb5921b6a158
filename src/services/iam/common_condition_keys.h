// Condition keys of what requests ask for. Follows "Actions, resources, and condition keys for AWS Identity and Access
// Management" (Service Authorization Reference).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/access.h"
#include "services/iam/common.h"
#include "services/iam/common_entries.h"

namespace coffer::iam_service {

// aws:RequestTag/key, aws:TagKeys. The keys are views of what is given.
void add_tag_keys(const std::vector<TagEntry>& tags, api::ConditionKeys& keys);
inline void add_tag_keys(const std::optional<std::vector<TagEntry>>& tags, api::ConditionKeys& keys) {
  if (tags) add_tag_keys(*tags, keys);
}
void add_tag_keys(const std::vector<std::string>& tag_keys, api::ConditionKeys& keys);

// iam:PermissionsBoundary: the boundary that the request wants, or the one that the user or role has.
void add_boundary_key(std::string_view boundary, api::ConditionKeys& keys);
// Nothing for groups, and for what does not exist.
template <class Entity>
void add_own_boundary_key(const api::Resource& resource, api::ConditionKeys& keys) {
  if constexpr (requires(const Entity& entity) { entity.boundary; }) {
    if (resource.found != nullptr) add_boundary_key(found<Entity>(resource)->entity->boundary, keys);
  }
}

// What creates an entity with tags needs the permission to tag it as well.
namespace action {
struct TagUser {
  static constexpr std::string_view kName = "TagUser";
  static constexpr std::string_view kAction = "iam:TagUser";
};
struct TagRole {
  static constexpr std::string_view kName = "TagRole";
  static constexpr std::string_view kAction = "iam:TagRole";
};
struct TagPolicy {
  static constexpr std::string_view kName = "TagPolicy";
  static constexpr std::string_view kAction = "iam:TagPolicy";
};
struct TagOpenIDConnectProvider {
  static constexpr std::string_view kName = "TagOpenIDConnectProvider";
  static constexpr std::string_view kAction = "iam:TagOpenIDConnectProvider";
};
}  // namespace action

template <class Action, class Card>
Result<void> permit_tags(const api::Authorized<Card>& authorized) {
  const auto& tags = authorized.request().tags;
  if (!tags || tags->empty()) return {};
  COFFER_TRY(api::Pipeline::permit<Action>(authorized.authority(), authorized.resource(),
                                           [&](api::ConditionKeys& keys) { add_tag_keys(tags, keys); }));
  return {};
}

}  // namespace coffer::iam_service
