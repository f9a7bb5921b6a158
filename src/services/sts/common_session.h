// Temporary credentials as answers carry them, and what operations on roles share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/operation.h"
#include "services/sts/common.h"
#include "services/sts/rooms.h"
#include "sts/role_session.h"
#include "sts/session_issuer.h"

namespace coffer::sts_service {

struct Credentials {
  AccessKeyId access_key_id;
  wire::SecretText secret_access_key;
  std::string session_token;
  Time expiration;
  static constexpr wire::Field kFields[] = {wire::field<&Credentials::access_key_id>("AccessKeyId"),
                                            wire::field<&Credentials::secret_access_key>("SecretAccessKey"),
                                            wire::field<&Credentials::session_token>("SessionToken"),
                                            wire::field<&Credentials::expiration>("Expiration")};
};
Credentials credentials_of(sts::IssuedSession session);

struct AssumedRoleUser {
  std::string assumed_role_id;
  std::string arn;
  static constexpr wire::Field kFields[] = {wire::field<&AssumedRoleUser::assumed_role_id>("AssumedRoleId"),
                                            wire::field<&AssumedRoleUser::arn>("Arn")};
};
AssumedRoleUser assumed_role_user(const sts::FoundRole& role, std::string_view session_name);

// The role that is to be assumed, its trust policy deciding; the ARN as given when there is none, so that nobody can
// tell that from a refusal. kValidation for what is no role's ARN.
Result<api::Resource> role_resource(const std::string& arn, const Rooms& rooms);
// The role of such a resource. kAccessDenied when there is none, which no policy allows anyway.
Result<std::shared_ptr<const sts::FoundRole>> role_of(const api::Resource& resource);

// aws:RequestTag/..., aws:TagKeys, and sts:TransitiveTagKeys if that was sent.
void add_tag_keys(const std::optional<std::vector<TagEntry>>& tags,
                  const std::optional<std::vector<std::string>>& transitive_keys, api::ConditionKeys& keys);

// Actions that a card takes beside its own, for api::Permit.
namespace action {

struct TagSession {
  static constexpr std::string_view kName = "TagSession";
  static constexpr std::string_view kAction = "sts:TagSession";
};
struct SetSourceIdentity {
  static constexpr std::string_view kName = "SetSourceIdentity";
  static constexpr std::string_view kAction = "sts:SetSourceIdentity";
};

}  // namespace action

}  // namespace coffer::sts_service
