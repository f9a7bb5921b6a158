#include "services/sts/common_session.h"

#include "sts/arns.h"

namespace coffer::sts_service {
namespace {

void describe_role(const api::Resource& resource, api::ConditionKeys& keys) {
  const auto* const found = static_cast<const sts::FoundRole*>(resource.found.get());
  if (found == nullptr) return;
  for (const auto& [key, value] : found->role->tags) {
    keys.add_tag("aws:ResourceTag/", key, value);
    keys.add_tag("iam:ResourceTag/", key, value);
  }
}

}  // namespace

Credentials credentials_of(sts::IssuedSession session) {
  return {.access_key_id = std::move(session.access_key),
          .secret_access_key = {std::move(session.secret_access_key)},
          .session_token = std::move(session.token),
          .expiration = session.expires};
}

AssumedRoleUser assumed_role_user(const sts::FoundRole& role, std::string_view session_name) {
  return {.assumed_role_id = role.role->unique_id + ":" + std::string(session_name),
          .arn = sts::assumed_role_arn(role.snapshot->account(), role.role->name, session_name)};
}

Result<api::Resource> role_resource(const std::string& arn, const Rooms& rooms) {
  COFFER_ASSIGN(auto found, sts::find_role(arn, rooms.identities));
  return api::Resource{.name = arn,
                       .account = sts::parse_role_arn(arn)->account,
                       .found = found,
                       .policy = found != nullptr ? found->role->trust : nullptr,
                       .rule = policy::ResourceRule::kTrustPolicy,
                       .describe = &describe_role};
}

Result<std::shared_ptr<const sts::FoundRole>> role_of(const api::Resource& resource) {
  auto found = std::static_pointer_cast<const sts::FoundRole>(resource.found);
  if (found != nullptr) return found;
  return Error{ErrorCode::kAccessDenied, "The role cannot be assumed: " + resource.name};
}

void add_tag_keys(const std::optional<std::vector<TagEntry>>& tags,
                  const std::optional<std::vector<std::string>>& transitive_keys, api::ConditionKeys& keys) {
  if (tags && !tags->empty()) {
    std::vector<std::string_view> names;
    for (const TagEntry& tag : *tags) {
      keys.add_tag("aws:RequestTag/", tag.key, tag.value);
      names.push_back(tag.key);
    }
    keys.add_list("aws:TagKeys", std::move(names));
  }
  if (transitive_keys && !transitive_keys->empty()) {
    keys.add_list("sts:TransitiveTagKeys", {transitive_keys->begin(), transitive_keys->end()});
  }
}

}  // namespace coffer::sts_service
