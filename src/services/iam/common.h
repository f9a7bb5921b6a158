// What most cards of this folder need: bounds of members, and the entity that a request names as the resource that is
// decided on. What a policy says about a user that does not exist is decided on the ARN without a path, as AWS does.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "api/operation.h"
#include "iam/attachments.h"
#include "iam/lookups.h"
#include "iam/refusals.h"
#include "services/iam/common_bounds.h"
#include "services/iam/rooms.h"

namespace coffer::iam_service {

using iam::EntityKind;
using iam::EntityRef;

// The answer of operations that AWS answers without a result.
struct NoMembers {
  static constexpr std::array<wire::Field, 0> kFields = {};
};

// The same of operations that AWS answers with a result that is empty: clients look for its element.
struct EmptyResult {
  static constexpr std::array<wire::Field, 0> kFields = {};
  static constexpr bool kIsWritten = true;
};

// What a resource was found to be. Null when there is nothing of that name.
template <class Entity>
struct Found {
  iam::SnapshotPointer snapshot;
  const Entity* entity;
};

// The caller's entities. Those that exist describe themselves with their tags: aws:ResourceTag/, iam:ResourceTag/.
Result<api::Resource> user_resource(std::string_view name, const auth::Caller& caller, const Rooms& rooms);
Result<api::Resource> group_resource(std::string_view name, const auth::Caller& caller, const Rooms& rooms);
Result<api::Resource> role_resource(std::string_view name, const auth::Caller& caller, const Rooms& rooms);
// By ARN: kInvalidInput when it is none of such an entity. AWS's policies count as the caller's.
Result<api::Resource> policy_resource(std::string_view arn, const auth::Caller& caller, const Rooms& rooms);
Result<api::Resource> provider_resource(std::string_view arn, const auth::Caller& caller, const Rooms& rooms);
// kInvalidInput when it is no managed policy's ARN.
Result<void> check_policy_arn(std::string_view arn);
// What is about to be made, by its path (absent: "/", or none of a provider) and name.
struct NewName {
  const std::optional<std::string>& path;
  std::string_view name;
};
template <class Entity>
Result<api::Resource> new_resource(const AccountId& account, const NewName& wanted) {
  Entity entity;
  entity.path = wanted.path.value_or("/");
  entity.name = wanted.name;
  return api::Resource{iam::arn_of(account, entity), account};
}

// Of operations that are about the account as a whole.
Result<api::Resource> account_resource(const auth::Caller& caller);

// The user of a request that may leave it out, which then means the caller: kValidation when that is no user.
Result<std::string> name_or_caller(const std::optional<std::string>& name, const auth::Caller& caller,
                                   const Rooms& rooms);
// That user as the resource: of root, the account's root user, which has no entity.
Result<api::Resource> user_or_caller_resource(const std::optional<std::string>& name, const auth::Caller& caller,
                                              const Rooms& rooms);

template <class Entity>
const Found<Entity>* found(const api::Resource& resource) {
  return static_cast<const Found<Entity>*>(resource.found.get());
}

// The entity that was decided on, for the functions of the iam room, which find it only if it is still the same one.
// `name`: as the request has it.
template <class Entity, class Card>
EntityRef target(const api::Authorized<Card>& authorized, std::string_view name) {
  const auto* const decided_on = found<Entity>(authorized.resource());
  return {.account = authorized.caller().account,
          .kind = iam::kind_of(Entity()),
          .name = name,
          .decided_on = decided_on == nullptr ? nullptr : decided_on->entity};
}

// kNoSuchEntity when there was none.
Result<const Found<iam::User>*> found_user(const api::Resource& resource, std::string_view name);
Result<const Found<iam::Group>*> found_group(const api::Resource& resource, std::string_view name);
Result<const Found<iam::Role>*> found_role(const api::Resource& resource, std::string_view name);
Result<const Found<iam::ManagedPolicy>*> found_policy(const api::Resource& resource, std::string_view arn);
Result<const Found<iam::OidcProvider>*> found_provider(const api::Resource& resource, std::string_view arn);

// Who renames something must be allowed to do so to what it becomes, too.
template <class Entity, class Card>
Result<void> permit_renamed(const api::Authorized<Card>& authorized) {
  if (authorized.resource().found == nullptr) return {};
  Entity entity = *found<Entity>(authorized.resource())->entity;
  entity.name = authorized.request().new_name.value_or(entity.name);
  entity.path = authorized.request().new_path.value_or(entity.path);
  const AccountId& account = authorized.caller().account;
  api::Resource renamed{iam::arn_of(account, entity), account};
  if (renamed.name == authorized.resource().name) return {};
  COFFER_TRY(api::Pipeline::permit<Card>(authorized.authority(), std::move(renamed)));
  return {};
}

}  // namespace coffer::iam_service
