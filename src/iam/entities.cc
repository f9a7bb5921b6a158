#include "iam/entities.h"

#include <algorithm>
#include <cstdlib>

namespace coffer::iam {
namespace {

char small_letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_before(std::string_view one, std::string_view other) {
  return std::ranges::lexicographical_compare(one, other, {}, small_letter, small_letter);
}

template <class Entity>
const Entity* find(const Entities<Entity>& entities, std::string_view name) {
  const auto name_of = [](const auto& entity) -> const std::string& { return entity->name; };
  const auto found = std::ranges::lower_bound(entities, name, is_before, name_of);
  return found != entities.end() && !is_before(name, (*found)->name) ? found->get() : nullptr;
}

std::string arn_with(const AccountId& account, std::string_view type, const EntityBasics& entity) {
  std::string arn = "arn:aws:iam::";
  arn.append(account.text()).append(":").append(type);
  arn.append(entity.path.empty() ? "/" : entity.path).append(entity.name);
  return arn;
}

}  // namespace

const PolicyVersion* ManagedPolicy::version(uint32_t number) const {
  const auto found = std::ranges::find(versions, number, &PolicyVersion::number);
  return found == versions.end() ? nullptr : &*found;
}

const PolicyVersion& ManagedPolicy::current() const {
  const PolicyVersion* const found = version(default_version);
  if (found == nullptr) std::abort();
  return *found;
}

const User* AccountEntities::user(std::string_view name) const {
  return find(users, name);
}
const Group* AccountEntities::group(std::string_view name) const {
  return find(groups, name);
}
const Role* AccountEntities::role(std::string_view name) const {
  return find(roles, name);
}
const ManagedPolicy* AccountEntities::policy(std::string_view name) const {
  return find(policies, name);
}
const OidcProvider* AccountEntities::provider(std::string_view name) const {
  return find(providers, name);
}

const ManagedPolicy* AccountEntities::policy_by_arn(std::string_view arn) const {
  const ManagedPolicy* const named = policy(arn.substr(arn.rfind('/') + 1));
  return named != nullptr && arn_of(account, *named) == arn ? named : nullptr;
}

const OidcProvider* AccountEntities::provider_by_arn(std::string_view arn) const {
  const size_t slash = arn.find('/');
  if (slash == std::string_view::npos) return nullptr;
  const OidcProvider* const named = provider(arn.substr(slash + 1));
  return named != nullptr && arn_of(account, *named) == arn ? named : nullptr;
}

const Group* AccountEntities::group_by_unique_id(std::string_view unique_id) const {
  const auto found = std::ranges::find_if(groups, [&](const auto& group) { return group->unique_id == unique_id; });
  return found == groups.end() ? nullptr : found->get();
}

std::string arn_of(const AccountId& account, const User& user) {
  return arn_with(account, "user", user);
}
std::string arn_of(const AccountId& account, const Group& group) {
  return arn_with(account, "group", group);
}
std::string arn_of(const AccountId& account, const Role& role) {
  return arn_with(account, "role", role);
}
std::string arn_of(const AccountId& account, const ManagedPolicy& policy) {
  return arn_with(account, "policy", policy);
}
std::string arn_of(const AccountId& account, const OidcProvider& provider) {
  return arn_with(account, "oidc-provider", provider);
}

bool is_meant(const EntityBasics& found, const EntityRef& ref) {
  if (!ref.decided_on) return true;
  const EntityBasics* const decided_on = *ref.decided_on;
  // Providers have no unique id, but none is made in the millisecond in which its predecessor was.
  return decided_on != nullptr && found.unique_id == decided_on->unique_id && found.created == decided_on->created;
}

std::string small(std::string_view name) {
  std::string result(name);
  std::ranges::transform(result, result.begin(), small_letter);
  return result;
}

}  // namespace coffer::iam
