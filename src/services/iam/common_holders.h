// Users, groups and roles have the same operations about their policies, and more of them about their tags. What these
// have in common stands in common_attachments.h, common_inline_policies.h and common_tagging.h; here is what differs.
#pragma once

#include "services/iam/common.h"
#include "services/iam/common_condition_keys.h"
#include "services/iam/common_entries.h"

namespace coffer::iam_service {

struct OfUser {
  using Entity = iam::User;
  static constexpr EntityKind kKind = EntityKind::kUser;
  static constexpr std::string_view kMember = "UserName";
  static constexpr wire::Constraint kBounds = kUserNameBounds;
  static constexpr wire::Constraint kExistingBounds = kExistingUserNameBounds;
  static constexpr auto kResource = &user_resource;
  static constexpr auto kFound = &found_user;
};

struct OfGroup {
  using Entity = iam::Group;
  static constexpr EntityKind kKind = EntityKind::kGroup;
  static constexpr std::string_view kMember = "GroupName";
  static constexpr wire::Constraint kBounds = kGroupNameBounds;
  static constexpr wire::Constraint kExistingBounds = kGroupNameBounds;
  static constexpr auto kResource = &group_resource;
  static constexpr auto kFound = &found_group;
};

struct OfRole {
  using Entity = iam::Role;
  static constexpr EntityKind kKind = EntityKind::kRole;
  static constexpr std::string_view kMember = "RoleName";
  static constexpr wire::Constraint kBounds = kRoleNameBounds;
  static constexpr wire::Constraint kExistingBounds = kRoleNameBounds;
  static constexpr auto kResource = &role_resource;
  static constexpr auto kFound = &found_role;
};

struct OfPolicy {
  using Entity = iam::ManagedPolicy;
  static constexpr EntityKind kKind = EntityKind::kPolicy;
  static constexpr std::string_view kMember = "PolicyArn";
  static constexpr wire::Constraint kExistingBounds = kArnBounds;
  static constexpr auto kResource = &policy_resource;
  static constexpr auto kFound = &found_policy;
};

struct OfProvider {
  using Entity = iam::OidcProvider;
  static constexpr EntityKind kKind = EntityKind::kProvider;
  static constexpr std::string_view kMember = "OpenIDConnectProviderArn";
  static constexpr wire::Constraint kExistingBounds = kArnBounds;
  static constexpr auto kResource = &provider_resource;
  static constexpr auto kFound = &found_provider;
};

// Requests that name nothing but the entity, and how they are decided.
template <class Of>
struct NamingCard {
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>(Of::kMember, Of::kExistingBounds)};
  };

  static Result<void> check(const Request&) { return {}; }
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return Of::kResource(request.name, caller, rooms);
  }
};

// The entity that was decided on, for the functions of the iam room.
template <class Of, class Card>
EntityRef target(const api::Authorized<Card>& authorized) {
  return target<typename Of::Entity>(authorized, authorized.request().name);
}

}  // namespace coffer::iam_service
