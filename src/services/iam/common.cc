#include "services/iam/common.h"

#include "base/arn.h"

namespace coffer::iam_service {
namespace {

template <class Entity>
void describe_tags(const api::Resource& resource, api::ConditionKeys& keys) {
  for (const iam::Tag& tag : found<Entity>(resource)->entity->tags) {
    keys.add_tag("aws:ResourceTag/", tag.key, tag.value);
    keys.add_tag("iam:ResourceTag/", tag.key, tag.value);
  }
}

template <class Entity>
api::Resource resource_of(Found<Entity> found, std::string arn, const AccountId& account) {
  api::Resource resource{std::move(arn), account};
  if (found.entity == nullptr) return resource;
  resource.found = std::make_shared<const Found<Entity>>(std::move(found));
  if constexpr (requires(const Entity& entity) { entity.tags; }) resource.describe = describe_tags<Entity>;
  return resource;
}

// The entity's ARN, or what it would be without a path.
template <class Entity>
std::string arn_or_plain(const AccountId& account, const Entity* entity, std::string_view name) {
  if (entity != nullptr) return iam::arn_of(account, *entity);
  Entity absent;
  absent.path = "/";
  absent.name = name;
  return iam::arn_of(account, absent);
}

template <class Entity>
Result<const Found<Entity>*> found_or(const api::Resource& resource, Error absent) {
  if (resource.found == nullptr) return absent;
  return found<Entity>(resource);
}

// The account of an entity's ARN; nullopt when it is none of that type.
std::optional<std::string> account_of_arn(std::string_view text, std::string_view type) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->partition != "aws" || arn->service != "iam" || !arn->region.empty()) return std::nullopt;
  if (!arn->resource.starts_with(type)) return std::nullopt;
  return arn->account;
}

Error invalid_arn(std::string_view arn) {
  return Error{ErrorCode::kInvalidInput, "ARN " + std::string(arn) + " is not valid."};
}

}  // namespace

Result<api::Resource> user_resource(std::string_view name, const auth::Caller& caller, const Rooms& rooms) {
  COFFER_ASSIGN(auto snapshot, rooms.identities.snapshot(caller.account));
  const iam::User* const user = snapshot->entities().user(name);
  return resource_of<iam::User>({std::move(snapshot), user}, arn_or_plain(caller.account, user, name), caller.account);
}

Result<api::Resource> group_resource(std::string_view name, const auth::Caller& caller, const Rooms& rooms) {
  COFFER_ASSIGN(auto snapshot, rooms.identities.snapshot(caller.account));
  const iam::Group* const group = snapshot->entities().group(name);
  return resource_of<iam::Group>({std::move(snapshot), group}, arn_or_plain(caller.account, group, name),
                                 caller.account);
}

Result<api::Resource> role_resource(std::string_view name, const auth::Caller& caller, const Rooms& rooms) {
  COFFER_ASSIGN(auto snapshot, rooms.identities.snapshot(caller.account));
  const iam::Role* const role = snapshot->entities().role(name);
  return resource_of<iam::Role>({std::move(snapshot), role}, arn_or_plain(caller.account, role, name), caller.account);
}

Result<api::Resource> policy_resource(std::string_view arn, const auth::Caller& caller, const Rooms& rooms) {
  const auto owner = account_of_arn(arn, "policy/");
  if (!owner) return invalid_arn(arn);
  const auto account = *owner == "aws" ? caller.account : AccountId::parse(*owner);
  if (!account) return invalid_arn(arn);
  COFFER_ASSIGN(auto snapshot, rooms.identities.snapshot(caller.account));
  // Of another account nothing is looked up: it is not the caller's to see.
  const iam::ManagedPolicy* const policy = *account == caller.account ? iam::find_policy(*snapshot, arn) : nullptr;
  return resource_of<iam::ManagedPolicy>({std::move(snapshot), policy}, std::string(arn), *account);
}

Result<api::Resource> provider_resource(std::string_view arn, const auth::Caller& caller, const Rooms& rooms) {
  const auto account = AccountId::parse(account_of_arn(arn, "oidc-provider/").value_or(""));
  if (!account) return invalid_arn(arn);
  COFFER_ASSIGN(auto snapshot, rooms.identities.snapshot(caller.account));
  const iam::OidcProvider* const provider =
      *account == caller.account ? snapshot->entities().provider_by_arn(arn) : nullptr;
  return resource_of<iam::OidcProvider>({std::move(snapshot), provider}, std::string(arn), *account);
}

Result<void> check_policy_arn(std::string_view arn) {
  return account_of_arn(arn, "policy/") ? Result<void>() : Result<void>(invalid_arn(arn));
}

Result<api::Resource> account_resource(const auth::Caller& caller) {
  return api::Resource{"*", caller.account};
}

Result<std::string> name_or_caller(const std::optional<std::string>& name, const auth::Caller& caller,
                                   const Rooms& rooms) {
  if (name) return *name;
  if (caller.kind == auth::PrincipalKind::kUser) {
    COFFER_ASSIGN(const auto snapshot, rooms.identities.snapshot(caller.account));
    const iam::Identity* const identity = snapshot->by_unique_id(caller.unique_id());
    if (identity != nullptr) return identity->name;
  }
  return Error{ErrorCode::kValidation, "Must specify userName when calling with non-User credentials"};
}

Result<api::Resource> user_or_caller_resource(const std::optional<std::string>& name, const auth::Caller& caller,
                                              const Rooms& rooms) {
  if (!name && caller.kind == auth::PrincipalKind::kRoot) return api::Resource{caller.arn, caller.account};
  COFFER_ASSIGN(const std::string user, name_or_caller(name, caller, rooms));
  return user_resource(user, caller, rooms);
}

Result<const Found<iam::User>*> found_user(const api::Resource& resource, std::string_view name) {
  return found_or<iam::User>(resource, iam::no_such_user(name));
}
Result<const Found<iam::Group>*> found_group(const api::Resource& resource, std::string_view name) {
  return found_or<iam::Group>(resource, iam::no_such_group(name));
}
Result<const Found<iam::Role>*> found_role(const api::Resource& resource, std::string_view name) {
  return found_or<iam::Role>(resource, iam::no_such_role(name));
}
Result<const Found<iam::ManagedPolicy>*> found_policy(const api::Resource& resource, std::string_view arn) {
  return found_or<iam::ManagedPolicy>(resource, iam::policy_not_found(arn));
}
Result<const Found<iam::OidcProvider>*> found_provider(const api::Resource& resource, std::string_view arn) {
  return found_or<iam::OidcProvider>(resource, iam::no_such_provider(arn));
}

}  // namespace coffer::iam_service
