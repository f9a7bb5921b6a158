#include "services/organizations/common.h"

#include "organizations/refusals.h"

namespace coffer::organizations_service {
namespace {

// Follows "Actions, resources, and condition keys for AWS Organizations" (Service Authorization Reference).
void describe_tags(const api::Resource& resource, api::ConditionKeys& keys) {
  const Found& of = found(resource);
  for (const organizations::Tag& tag : of.node != nullptr ? of.node->tags : of.policy->tags)
    keys.add_tag("aws:ResourceTag/", tag.key, tag.value);
}

bool manages(const Found& found, const auth::Caller& caller) {
  return found.snapshot != nullptr && found.snapshot->organization().management_account == caller.account;
}

api::Resource make_resource(std::string name, const auth::Caller& caller, Found found) {
  const bool describes_itself = found.node != nullptr || found.policy != nullptr;
  return {.name = std::move(name),
          .account = caller.account,
          .found = std::make_shared<const Found>(std::move(found)),
          .describe = describes_itself ? describe_tags : nullptr};
}

Result<Found> find_organization(const auth::Caller& caller, const Rooms& rooms) {
  COFFER_ASSIGN(auto snapshot, rooms.organizations.parts().cache.snapshot_of(caller.account));
  return Found{.snapshot = std::move(snapshot)};
}

}  // namespace

Result<api::Resource> organization_resource(const auth::Caller& caller, const Rooms& rooms) {
  COFFER_ASSIGN(Found found, find_organization(caller, rooms));
  return make_resource("*", caller, std::move(found));
}

Result<api::Resource> node_resource(std::string_view id, const auth::Caller& caller, const Rooms& rooms) {
  COFFER_ASSIGN(Found found, find_organization(caller, rooms));
  if (!manages(found, caller)) return make_resource("*", caller, std::move(found));
  const NodeId node = *NodeId::parse(id);
  found.node = found.snapshot->node(node);
  std::string arn = arn_of(found.snapshot->organization(), node);
  return make_resource(std::move(arn), caller, std::move(found));
}

Result<api::Resource> policy_resource(std::string_view id, const auth::Caller& caller, const Rooms& rooms) {
  COFFER_ASSIGN(Found found, find_organization(caller, rooms));
  if (!manages(found, caller)) return make_resource("*", caller, std::move(found));
  organizations::Policy absent;
  absent.id = *PolicyId::parse(id);
  found.policy = found.snapshot->policy(absent.id);
  // Of a policy that does not exist, the type in the ARN is anybody's guess.
  std::string arn = arn_of(found.snapshot->organization(), found.policy != nullptr ? *found.policy : absent);
  return make_resource(std::move(arn), caller, std::move(found));
}

Result<api::Resource> tagged_resource(std::string_view id, const auth::Caller& caller, const Rooms& rooms) {
  return PolicyId::parse(id) ? policy_resource(id, caller, rooms) : node_resource(id, caller, rooms);
}

const Found& found(const api::Resource& resource) {
  return *static_cast<const Found*>(resource.found.get());
}

Result<const OrganizationSnapshot*> own_organization(const api::Resource& resource) {
  const Found& of = found(resource);
  if (of.snapshot == nullptr) return organizations::not_in_use();
  return of.snapshot.get();
}

Result<const OrganizationSnapshot*> managed_organization(const api::Resource& resource, const auth::Caller& caller) {
  COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, own_organization(resource));
  if (manages(found(resource), caller)) return snapshot;
  return Error{ErrorCode::kAccessDenied, "You don't have permissions to access this resource."};
}

Result<PolicyType> available_type(std::string_view name) {
  const auto type = organizations::parse_policy_type(name);
  if (type) return *type;
  return Error{ErrorCode::kPolicyTypeUnknown,
               "You can't use the specified policy type with the feature set currently enabled for this organization."};
}

void add_policy_type_key(std::string_view type, api::ConditionKeys& keys) {
  keys.add("organizations:PolicyType", type);
}

void add_policy_type_key(const api::Resource& resource, api::ConditionKeys& keys) {
  const organizations::Policy* const policy = found(resource).policy;
  if (policy != nullptr) add_policy_type_key(name_of(policy->type), keys);
}

}  // namespace coffer::organizations_service
