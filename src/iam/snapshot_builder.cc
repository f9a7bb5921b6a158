#include "iam/snapshot_builder.h"

#include <algorithm>

#include "home/state_rows.h"
#include "iam/snapshot_contents.h"

namespace coffer::iam {
namespace {

using policy::CompiledPolicy;
using policy::Document;
using policy::DocumentKind;

CompiledPointer compile(std::string_view text, DocumentKind kind, policy::PolicySource source,
                        const std::vector<policy::PrincipalBinding>& bindings = {}) {
  auto document = policy::parse_document(text, kind);
  if (!document.ok()) return nullptr;
  return std::make_shared<const CompiledPolicy>(policy::with_unique_ids(std::move(document).value(), bindings),
                                                std::move(source));
}

CompiledPointer or_denial(CompiledPointer compiled, DocumentKind kind) {
  if (compiled != nullptr) return compiled;
  const std::string_view rest = kind == DocumentKind::kTrustPolicy ? R"("Principal":"*"}})" : R"("Resource":"*"}})";
  return compile(R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*",)" + std::string(rest), kind,
                 {"a policy that is not understood", {}});
}

CompiledPointer compile_or_deny(std::string_view text, DocumentKind kind, policy::PolicySource source,
                                const std::vector<policy::PrincipalBinding>& bindings = {}) {
  return or_denial(compile(text, kind, std::move(source), bindings), kind);
}

// What a row had before: null in all members when there was none.
template <class Entity>
struct Before {
  const Entity* entity = nullptr;
  const CompiledEntity* compiled = nullptr;
};

template <class Entity>
void compile_inline(const Entity& entity, const Before<Entity>& before, CompiledEntity& out) {
  for (const InlinePolicy& policy : entity.inline_policies) {
    CompiledPointer compiled;
    if (before.entity != nullptr) {
      const auto known = std::ranges::find(before.entity->inline_policies, policy);
      if (known != before.entity->inline_policies.end()) {
        compiled = before.compiled->policies[static_cast<size_t>(known - before.entity->inline_policies.begin())];
      }
    }
    if (compiled == nullptr) compiled = compile_or_deny(policy.text, DocumentKind::kIdentityPolicy, {policy.name, {}});
    out.policies.push_back(std::move(compiled));
  }
}

CompiledEntity compile_all(const AccountId&, const User& user, const Before<User>& before) {
  CompiledEntity compiled;
  compile_inline(user, before, compiled);
  return compiled;
}

CompiledEntity compile_all(const AccountId&, const Group& group, const Before<Group>& before) {
  CompiledEntity compiled;
  compile_inline(group, before, compiled);
  return compiled;
}

CompiledEntity compile_all(const AccountId&, const Role& role, const Before<Role>& before) {
  CompiledEntity compiled;
  compile_inline(role, before, compiled);
  if (before.entity != nullptr && before.entity->trust_policy == role.trust_policy &&
      before.entity->trust_bindings == role.trust_bindings) {
    compiled.trust = before.compiled->trust;
  } else {
    compiled.trust =
        compile_or_deny(role.trust_policy, DocumentKind::kTrustPolicy, {role.name, {}}, role.trust_bindings);
  }
  return compiled;
}

CompiledEntity compile_all(const AccountId& account, const ManagedPolicy& policy, const Before<ManagedPolicy>& before) {
  CompiledEntity compiled;
  const std::string& text = policy.current().text;
  if (before.entity != nullptr && before.entity->name == policy.name && before.entity->path == policy.path &&
      before.entity->current().text == text) {
    compiled.policies = before.compiled->policies;
  } else {
    compiled.policies.push_back(
        compile_or_deny(text, DocumentKind::kIdentityPolicy, {policy.name, arn_of(account, policy)}));
  }
  return compiled;
}

CompiledEntity compile_all(const AccountId&, const OidcProvider&, const Before<OidcProvider>&) {
  return {};
}

// Takes the rows of one kind, in the order of their keys, and looks for each in the list that the previous snapshot
// has.
template <class Entity>
class Loader {
 public:
  using Decode = Result<Entity> (*)(std::string_view value);

  Loader(const AccountId& account, Decode decode, const LoadedRows<Entity>* previous, LoadedRows<Entity>& out)
      : account_(account), decode_(decode), previous_(previous), out_(out) {}

  Result<void> take(store::Row& row, Entities<Entity>& entities) {
    const LoadedRow<Entity>* const known = find(row.key);
    if (known != nullptr && known->revision == row.revision) {
      out_.push_back(*known);
    } else {
      COFFER_ASSIGN(Entity decoded, decode_(row.value));
      Before<Entity> before;
      if (known != nullptr) before = {known->entity.get(), known->compiled.get()};
      auto compiled = std::make_shared<const CompiledEntity>(compile_all(account_, decoded, before));
      out_.push_back(
          {std::move(row.key), row.revision, std::make_shared<const Entity>(std::move(decoded)), std::move(compiled)});
    }
    entities.push_back(out_.back().entity);
    return {};
  }

 private:
  const LoadedRow<Entity>* find(std::string_view key) {
    if (previous_ == nullptr) return nullptr;
    while (next_ < previous_->size() && (*previous_)[next_].key < key)
      ++next_;
    return next_ < previous_->size() && (*previous_)[next_].key == key ? &(*previous_)[next_] : nullptr;
  }

  const AccountId& account_;
  const Decode decode_;
  const LoadedRows<Entity>* const previous_;
  LoadedRows<Entity>& out_;
  size_t next_ = 0;
};

// Puts what belongs together where a decision finds it.
class Composer {
 public:
  explicit Composer(IdentitySnapshot::Contents& contents) : contents_(contents) {}

  void run() {
    for (const LoadedRow<ManagedPolicy>& row : contents_.policies) {
      contents_.managed_policies.emplace(arn_of(contents_.entities.account, *row.entity),
                                         row.compiled->policies.front().get());
    }
    std::unordered_map<std::string_view, const LoadedRow<Group>*> groups;
    for (const LoadedRow<Group>& row : contents_.groups)
      groups.emplace(row.entity->unique_id, &row);

    contents_.user_identities.reserve(contents_.users.size());
    for (const LoadedRow<User>& row : contents_.users) {
      Identity& identity = contents_.user_identities.emplace_back(identity_of(row, Identity::Kind::kUser));
      for (const std::string& id : row.entity->groups) {
        const auto group = groups.find(id);
        if (group != groups.end()) add_policies(*group->second, identity.policies);
      }
    }
    contents_.role_identities.reserve(contents_.roles.size());
    for (const LoadedRow<Role>& row : contents_.roles) {
      Identity& identity = contents_.role_identities.emplace_back(identity_of(row, Identity::Kind::kRole));
      identity.trust = row.compiled->trust;
      identity.max_session_duration = row.entity->max_session_duration;
    }
    contents_.by_unique_id.reserve(contents_.users.size() + contents_.roles.size());
    for (const Identity& identity : contents_.user_identities)
      contents_.by_unique_id.emplace(identity.unique_id, &identity);
    for (const Identity& identity : contents_.role_identities)
      contents_.by_unique_id.emplace(identity.unique_id, &identity);
  }

 private:
  template <class Entity>
  Identity identity_of(const LoadedRow<Entity>& row, Identity::Kind kind) {
    const Entity& entity = *row.entity;
    Identity identity;
    identity.kind = kind;
    identity.unique_id = entity.unique_id;
    identity.name = entity.name;
    identity.path = entity.path;
    identity.arn = arn_of(contents_.entities.account, entity);
    identity.tags.reserve(entity.tags.size());
    for (const Tag& tag : entity.tags)
      identity.tags.emplace_back(tag.key, tag.value);
    add_policies(row, identity.policies);
    if (!entity.boundary.empty()) {
      const CompiledPolicy* const boundary = managed(entity.boundary);
      // What limited the identity is gone: then it may do nothing.
      identity.boundary.push_back(boundary != nullptr ? boundary : denial());
    }
    return identity;
  }

  template <class Entity>
  void add_policies(const LoadedRow<Entity>& row, PolicyPointers& out) {
    for (const CompiledPointer& policy : row.compiled->policies)
      out.push_back(policy.get());
    for (const std::string& arn : row.entity->attached_policies) {
      const CompiledPolicy* const policy = managed(arn);
      if (policy != nullptr) out.push_back(policy);
    }
  }

  const CompiledPolicy* managed(std::string_view arn) const {
    const auto own = contents_.managed_policies.find(arn);
    return own != contents_.managed_policies.end() ? own->second : contents_.aws_policies->compiled(arn);
  }

  const CompiledPolicy* denial() {
    if (contents_.denies_everything == nullptr) {
      contents_.denies_everything = or_denial(nullptr, DocumentKind::kIdentityPolicy);
    }
    return contents_.denies_everything.get();
  }

  IdentitySnapshot::Contents& contents_;
};

}  // namespace

Result<std::shared_ptr<const IdentitySnapshot>> build_snapshot(const store::Store& store, const AccountId& account,
                                                               const IdentitySnapshot* previous,
                                                               std::shared_ptr<const AwsManagedPolicies> aws_policies) {
  const std::string own_key = account_key(account);
  COFFER_ASSIGN(auto scanned, store.scan(home::state_range(own_key)));
  COFFER_ASSIGN(auto rows, home::rows_in_force(own_key, std::move(scanned)));
  auto contents = std::make_unique<IdentitySnapshot::Contents>();
  contents->aws_policies = std::move(aws_policies);
  AccountEntities& entities = contents->entities;
  entities.account = account;

  const IdentitySnapshot::Contents* const old = previous != nullptr ? &previous->contents() : nullptr;
  Loader<User> users(account, decode_user, old ? &old->users : nullptr, contents->users);
  Loader<Group> groups(account, decode_group, old ? &old->groups : nullptr, contents->groups);
  Loader<Role> roles(account, decode_role, old ? &old->roles : nullptr, contents->roles);
  Loader<ManagedPolicy> policies(account, decode_policy, old ? &old->policies : nullptr, contents->policies);
  Loader<OidcProvider> providers(account, decode_provider, old ? &old->providers : nullptr, contents->providers);
  for (store::Row& row : rows) {
    if (row.key == own_key) {
      COFFER_ASSIGN(contents->row, decode_account(row.value));
      contents->revision = row.revision;
      entities.alias = contents->row.alias;
      continue;
    }
    const auto kind = kind_of_key(row.key);
    if (!kind) return Error{ErrorCode::kCorrupt, "there is a row of an unknown kind among identities"};
    switch (*kind) {
      case EntityKind::kUser:
        COFFER_TRY(users.take(row, entities.users));
        break;
      case EntityKind::kGroup:
        COFFER_TRY(groups.take(row, entities.groups));
        break;
      case EntityKind::kRole:
        COFFER_TRY(roles.take(row, entities.roles));
        break;
      case EntityKind::kPolicy:
        COFFER_TRY(policies.take(row, entities.policies));
        break;
      case EntityKind::kProvider:
        COFFER_TRY(providers.take(row, entities.providers));
        break;
    }
  }
  Composer(*contents).run();
  return std::make_shared<const IdentitySnapshot>(std::move(contents));
}

}  // namespace coffer::iam
