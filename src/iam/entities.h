// What an account's identities are made of, as plain values: what the operations of IAM show and change. The rules are
// with the changes (users.h and its neighbours), what decides is in identity_snapshot.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "policy/principal_binding.h"

namespace coffer::iam {

struct Tag {
  std::string key;
  std::string value;
  bool operator==(const Tag&) const = default;
};

struct InlinePolicy {
  std::string name;
  std::string text;  // as it was given
  bool operator==(const InlinePolicy&) const = default;
};

// What all entities but access keys have.
struct EntityBasics {
  std::string name;       // as it was given; of an OIDC provider its URL without "https://"
  std::string path;       // begins and ends with a slash; empty for providers, which have none
  std::string unique_id;  // "AIDA...", "AGPA...", "AROA...", "ANPA..."; empty for providers
  Time created;
};

// What may have policies.
struct PolicyHolder : EntityBasics {
  std::vector<InlinePolicy> inline_policies;   // in the order of their names
  std::vector<std::string> attached_policies;  // ARNs, in the order in which they were attached
};

enum class AccessKeyStatus { kActive, kInactive };

struct AccessKey {
  AccessKeyId id;
  AccessKeyStatus status = AccessKeyStatus::kActive;
  Time created;
};

struct User : PolicyHolder {
  std::string boundary;  // the ARN of a managed policy; empty: none
  std::vector<Tag> tags;
  std::vector<std::string> groups;  // unique ids, which stay when a group is renamed
  std::vector<AccessKey> access_keys;
};

struct Group : PolicyHolder {};

struct Role : PolicyHolder {
  std::string boundary;
  std::vector<Tag> tags;
  std::string description;
  std::string trust_policy;  // as it was given
  std::vector<policy::PrincipalBinding> trust_bindings;
  Duration max_session_duration{};
};

struct PolicyVersion {
  uint32_t number = 1;  // "v1"
  std::string text;
  Time created;
};

struct ManagedPolicy : EntityBasics {
  std::string description;
  Time updated;
  std::vector<PolicyVersion> versions;  // oldest first
  uint32_t default_version = 1;
  uint32_t last_version = 1;  // a number is not used twice
  std::vector<Tag> tags;

  // REQUIRES: it has a default version, as every stored one has.
  const PolicyVersion& current() const;
  const PolicyVersion* version(uint32_t number) const;
};

struct OidcProvider : EntityBasics {
  std::vector<std::string> client_ids;
  std::vector<std::string> thumbprints;
  std::vector<Tag> tags;
};

// In the order of their names in small letters. Names are unique whatever their case.
template <class Entity>
using Entities = std::vector<std::shared_ptr<const Entity>>;

struct AccountEntities {
  AccountId account;
  std::string alias;  // empty: none
  Entities<User> users;
  Entities<Group> groups;
  Entities<Role> roles;
  Entities<ManagedPolicy> policies;  // the account's own
  Entities<OidcProvider> providers;

  // nullptr when there is none of that name; the case does not count.
  const User* user(std::string_view name) const;
  const Group* group(std::string_view name) const;
  const Role* role(std::string_view name) const;
  const ManagedPolicy* policy(std::string_view name) const;
  const OidcProvider* provider(std::string_view name) const;

  // One of the account's own policies, or nullptr. The ARN counts as it is written.
  const ManagedPolicy* policy_by_arn(std::string_view arn) const;
  const OidcProvider* provider_by_arn(std::string_view arn) const;
  const Group* group_by_unique_id(std::string_view unique_id) const;
};

// "arn:aws:iam::123456789012:user/path/name".
std::string arn_of(const AccountId& account, const User& user);
std::string arn_of(const AccountId& account, const Group& group);
std::string arn_of(const AccountId& account, const Role& role);
std::string arn_of(const AccountId& account, const ManagedPolicy& policy);
std::string arn_of(const AccountId& account, const OidcProvider& provider);

// Names as keys: ASCII letters small.
std::string small(std::string_view name);

// The letter is the kind's in row keys.
enum class EntityKind : char { kGroup = 'g', kProvider = 'o', kPolicy = 'p', kRole = 'r', kUser = 'u' };

// An entity as a request names it. Who has decided on the entity says so, lest the decision be carried out on another
// one that was given the name meanwhile.
struct EntityRef {
  const AccountId& account;
  EntityKind kind;
  std::string_view name;  // of policies and providers: the ARN
  // What had the name then; null: nothing had. Absent: whatever has it now is meant.
  std::optional<const EntityBasics*> decided_on = std::nullopt;
};

// Whether an entity that was found under the name is the one that is meant.
bool is_meant(const EntityBasics& found, const EntityRef& ref);

}  // namespace coffer::iam
