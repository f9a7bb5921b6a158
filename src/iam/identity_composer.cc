#include "iam/identity_composer.h"

#include <algorithm>
#include <set>

namespace coffer::iam {
namespace {

using Contents = IdentitySnapshot::Contents;
using policy::CompiledPolicy;

// Calls `differs(old row, new row)` for each key of which the two lists do not have the same row; null: there is none.
template <class Entity, class Differs>
void compare(const LoadedRows<Entity>& before, const LoadedRows<Entity>& after, const Differs& differs) {
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    const bool is_gone = now == after.end() || (old != before.end() && (*old)->key < (*now)->key);
    const bool is_new = old == before.end() || (now != after.end() && (*now)->key < (*old)->key);
    if (is_gone || is_new || *old != *now) {
      differs(is_new ? nullptr : old->get(), is_gone ? nullptr : now->get());
    }
    if (!is_new) ++old;
    if (!is_gone) ++now;
  }
}

class Composer {
 public:
  Composer(Contents& contents, const Contents* previous) : contents_(contents), previous_(previous) {
    if (previous_ != nullptr) contents_.denies_everything = previous_->denies_everything;
  }

  void run() {
    compose_policies();
    compose_groups();
    const Contents nothing{};
    const Contents& old = previous_ != nullptr ? *previous_ : nothing;
    contents_.user_identities = compose(contents_.users, old.users, old.user_identities);
    contents_.role_identities = compose(contents_.roles, old.roles, old.role_identities);
    contents_.by_unique_id.reserve(contents_.users.size() + contents_.roles.size());
    for (const auto* const identities : {&contents_.user_identities, &contents_.role_identities}) {
      for (const auto& identity : *identities)
        contents_.by_unique_id.emplace(identity->unique_id, identity.get());
    }
  }

 private:
  void compose_policies() {
    if (previous_ != nullptr) {
      compare(previous_->policies, contents_.policies,
              [this](const LoadedRow<ManagedPolicy>* old, const LoadedRow<ManagedPolicy>* now) {
                const bool is_same = old != nullptr && now != nullptr && old->entity->path == now->entity->path &&
                                     old->entity->name == now->entity->name &&
                                     old->compiled.policies.front() == now->compiled.policies.front();
                if (is_same) return;
                for (const LoadedRow<ManagedPolicy>* const row : {old, now})
                  if (row != nullptr) changed_policies_.insert(arn_of(contents_.entities.account, *row->entity));
              });
      if (changed_policies_.empty()) {
        contents_.managed_policies = previous_->managed_policies;
        return;
      }
    }
    auto all = std::make_shared<ManagedPolicies>();
    for (const auto& row : contents_.policies)
      all->emplace(arn_of(contents_.entities.account, *row->entity), row->compiled.policies.front().get());
    contents_.managed_policies = std::move(all);
  }

  void compose_groups() {
    for (const auto& row : contents_.groups) {
      groups_.emplace(row->entity->unique_id, row.get());
      if (uses_changed_policy(*row->entity)) changed_groups_.insert(row->entity->unique_id);
    }
    if (previous_ == nullptr) return;
    compare(previous_->groups, contents_.groups, [this](const LoadedRow<Group>* old, const LoadedRow<Group>* now) {
      for (const LoadedRow<Group>* const row : {old, now})
        if (row != nullptr) changed_groups_.insert(row->entity->unique_id);
    });
  }

  // In the order of the rows.
  template <class Entity>
  std::vector<std::shared_ptr<const Identity>> compose(
      const LoadedRows<Entity>& rows, const LoadedRows<Entity>& old_rows,
      const std::vector<std::shared_ptr<const Identity>>& old_identities) {
    std::vector<std::shared_ptr<const Identity>> identities;
    identities.reserve(rows.size());
    size_t old = 0;
    for (const auto& row : rows) {
      while (old < old_rows.size() && old_rows[old] != row && old_rows[old]->key < row->key)
        ++old;
      const bool is_known = old < old_rows.size() && old_rows[old] == row;
      if (is_known && !is_affected(*row->entity)) {
        identities.push_back(old_identities[old]);
      } else {
        identities.push_back(std::make_shared<const Identity>(identity_of(*row)));
      }
    }
    return identities;
  }

  bool uses_changed_policy(const PolicyHolder& holder) const {
    if (changed_policies_.empty()) return false;
    return std::ranges::any_of(holder.attached_policies,
                               [this](const std::string& arn) { return changed_policies_.contains(arn); });
  }
  bool is_affected(const User& user) const {
    const auto is_changed = [this](const std::string& group) { return changed_groups_.contains(group); };
    return uses_changed_policy(user) || changed_policies_.contains(user.boundary) ||
           (!changed_groups_.empty() && std::ranges::any_of(user.groups, is_changed));
  }
  bool is_affected(const Role& role) const {
    return uses_changed_policy(role) || changed_policies_.contains(role.boundary);
  }

  Identity identity_of(const LoadedRow<User>& row) {
    Identity identity = basics_of(row, Identity::Kind::kUser);
    for (const std::string& id : row.entity->groups) {
      const auto group = groups_.find(id);
      if (group != groups_.end()) add_policies(*group->second, identity.policies);
    }
    return identity;
  }
  Identity identity_of(const LoadedRow<Role>& row) {
    Identity identity = basics_of(row, Identity::Kind::kRole);
    identity.trust = row.compiled.trust;
    identity.max_session_duration = row.entity->max_session_duration;
    return identity;
  }

  template <class Entity>
  Identity basics_of(const LoadedRow<Entity>& row, Identity::Kind kind) {
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
  void add_policies(const LoadedRow<Entity>& row, PolicyPointers& out) const {
    for (const CompiledPointer& policy : row.compiled.policies)
      out.push_back(policy.get());
    for (const std::string& arn : row.entity->attached_policies) {
      const CompiledPolicy* const policy = managed(arn);
      if (policy != nullptr) out.push_back(policy);
    }
  }

  const CompiledPolicy* managed(std::string_view arn) const {
    const auto own = contents_.managed_policies->find(arn);
    return own != contents_.managed_policies->end() ? own->second : contents_.aws_policies->compiled(arn);
  }

  const CompiledPolicy* denial() {
    if (contents_.denies_everything == nullptr) contents_.denies_everything = compiled_denial();
    return contents_.denies_everything.get();
  }

  Contents& contents_;
  const Contents* const previous_;
  std::unordered_map<std::string_view, const LoadedRow<Group>*> groups_;
  // Of which other entities see something else than before.
  std::set<std::string, std::less<>> changed_policies_;  // ARNs
  std::set<std::string, std::less<>> changed_groups_;    // unique ids
};

}  // namespace

void compose_identities(Contents& contents, const Contents* previous) {
  Composer(contents, previous).run();
}

}  // namespace coffer::iam
