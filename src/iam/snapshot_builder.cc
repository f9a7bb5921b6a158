#include "iam/snapshot_builder.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <type_traits>

#include "home/state_rows.h"
#include "iam/identity_composer.h"
#include "iam/snapshot_contents.h"

namespace coffer::iam {
namespace {

using Contents = IdentitySnapshot::Contents;

template <class Entity>
using RowPointer = std::shared_ptr<const LoadedRow<Entity>>;

// Calls `use(rows, entities, decode)` for a kind: which lists it is in, and how its rows are read.
template <class Use>
Result<void> with_kind(EntityKind kind, const Use& use) {
  switch (kind) {
    case EntityKind::kUser:
      return use(&Contents::users, &AccountEntities::users, decode_user);
    case EntityKind::kGroup:
      return use(&Contents::groups, &AccountEntities::groups, decode_group);
    case EntityKind::kRole:
      return use(&Contents::roles, &AccountEntities::roles, decode_role);
    case EntityKind::kPolicy:
      return use(&Contents::policies, &AccountEntities::policies, decode_policy);
    case EntityKind::kProvider:
      return use(&Contents::providers, &AccountEntities::providers, decode_provider);
  }
  std::abort();
}

Error unknown_kind() {
  return Error{ErrorCode::kCorrupt, "there is a row of an unknown kind among identities"};
}

// Where the row of that key is, or would be.
template <class Entity>
size_t index_of(const LoadedRows<Entity>& rows, std::string_view key) {
  const auto place =
      std::ranges::lower_bound(rows, key, {}, [](const auto& row) -> std::string_view { return row->key; });
  return static_cast<size_t>(place - rows.begin());
}
template <class Entity>
RowPointer<Entity> row_at(const LoadedRows<Entity>& rows, size_t index, std::string_view key) {
  return index < rows.size() && rows[index]->key == key ? rows[index] : nullptr;
}

// The row, taking over from the one before it (may be null) what has not changed.
template <class Entity, class Decode>
Result<RowPointer<Entity>> load(const AccountId& account, store::Row row, const RowPointer<Entity>& known,
                                const Decode& decode) {
  if (known != nullptr && known->revision == row.revision) return known;
  COFFER_ASSIGN(Entity decoded, decode(row.value));
  Before<Entity> before;
  if (known != nullptr) before = {known->entity.get(), &known->compiled};
  auto loaded = std::make_shared<LoadedRow<Entity>>();
  loaded->compiled = compile_entity(account, decoded, before);
  loaded->key = std::move(row.key);
  loaded->revision = row.revision;
  loaded->entity = std::make_shared<const Entity>(std::move(decoded));
  return RowPointer<Entity>(std::move(loaded));
}

Result<void> take_account_row(const store::Row& row, Contents& contents) {
  COFFER_ASSIGN(contents.row, decode_account(row.value));
  contents.revision = row.revision;
  contents.entities.alias = contents.row.alias;
  return {};
}

// Behind those that are there.
Result<void> append(store::Row row, const Contents* previous, Contents& contents) {
  const auto kind = kind_of_key(row.key);
  if (!kind) return unknown_kind();
  return with_kind(*kind, [&](auto rows, auto entities, const auto& decode) -> Result<void> {
    typename std::remove_cvref_t<decltype(contents.*rows)>::value_type known;
    if (previous != nullptr) known = row_at(previous->*rows, index_of(previous->*rows, row.key), row.key);
    COFFER_ASSIGN(auto loaded, load(contents.entities.account, std::move(row), known, decode));
    (contents.entities.*entities).push_back(loaded->entity);
    (contents.*rows).push_back(std::move(loaded));
    return {};
  });
}

// In place of the one that is there; absent: it is gone.
Result<void> replace(std::string_view key, std::optional<store::Row> row, Contents& contents) {
  const auto kind = kind_of_key(key);
  if (!kind) return unknown_kind();
  return with_kind(*kind, [&](auto rows_member, auto entities_member, const auto& decode) -> Result<void> {
    auto& rows = contents.*rows_member;
    auto& entities = contents.entities.*entities_member;
    const size_t index = index_of(rows, key);
    const auto known = row_at(rows, index, key);
    const auto row_place = rows.begin() + static_cast<std::ptrdiff_t>(index);
    const auto entity_place = entities.begin() + static_cast<std::ptrdiff_t>(index);
    if (!row) {
      if (known == nullptr) return {};
      rows.erase(row_place);
      entities.erase(entity_place);
      return {};
    }
    COFFER_ASSIGN(auto loaded, load(contents.entities.account, *std::move(row), known, decode));
    if (known != nullptr) {
      *entity_place = loaded->entity;
      *row_place = std::move(loaded);
    } else {
      entities.insert(entity_place, loaded->entity);
      rows.insert(row_place, std::move(loaded));
    }
    return {};
  });
}

Result<std::unique_ptr<Contents>> read_all(const SnapshotParts& parts, const Contents* previous) {
  const std::string own_key = account_key(parts.account);
  COFFER_ASSIGN(auto scanned, parts.store.scan(home::state_range(own_key)));
  COFFER_ASSIGN(auto rows, home::rows_in_force(own_key, std::move(scanned)));
  auto contents = std::make_unique<Contents>();
  contents->entities.account = parts.account;
  for (store::Row& row : rows) {
    if (row.key == own_key) {
      COFFER_TRY(take_account_row(row, *contents));
    } else {
      COFFER_TRY(append(std::move(row), previous, *contents));
    }
  }
  return contents;
}

// Absent: it is gone.
using ReadRows = std::vector<std::optional<store::Row>>;

// The rows as their changes left them; nullopt when another commit has changed one of them since, or when rows have
// arrived from another region in parts: then only a scan shows one moment.
Result<std::optional<ReadRows>> read_changed(const store::Store& store, const std::vector<store::Change>& changed) {
  ReadRows rows;
  for (const store::Change& change : changed) {
    if (home::is_staged_name(row_name(change.key))) return std::optional<ReadRows>();
    COFFER_ASSIGN(auto row, store.get(change.key));
    const bool is_as_left = row ? !change.deleted && row->revision == change.revision : change.deleted;
    if (!is_as_left) return std::optional<ReadRows>();
    rows.push_back(std::move(row));
  }
  return std::optional(std::move(rows));
}

// Null when that cannot be told from the changed rows alone.
Result<std::unique_ptr<Contents>> change_previous(const SnapshotParts& parts, const Contents& previous,
                                                  const std::vector<store::Change>& changed) {
  COFFER_ASSIGN(auto rows, read_changed(parts.store, changed));
  if (!rows) return std::unique_ptr<Contents>();
  auto contents = std::make_unique<Contents>();
  contents->row = previous.row;
  contents->revision = previous.revision;
  contents->entities = previous.entities;
  contents->users = previous.users;
  contents->groups = previous.groups;
  contents->roles = previous.roles;
  contents->policies = previous.policies;
  contents->providers = previous.providers;
  const std::string own_key = account_key(parts.account);
  for (size_t i = 0; i < changed.size(); ++i) {
    if (changed[i].key != own_key) {
      COFFER_TRY(replace(changed[i].key, std::move((*rows)[i]), *contents));
    } else if ((*rows)[i]) {
      COFFER_TRY(take_account_row(*(*rows)[i], *contents));
    } else {
      return std::unique_ptr<Contents>();
    }
  }
  return contents;
}

}  // namespace

Result<std::shared_ptr<const IdentitySnapshot>> build_snapshot(const SnapshotParts& parts, const SnapshotBase& base) {
  const Contents* const previous = base.previous != nullptr ? &base.previous->contents() : nullptr;
  std::unique_ptr<Contents> contents;
  if (previous != nullptr && base.changed) {
    COFFER_ASSIGN(contents, change_previous(parts, *previous, *base.changed));
  }
  if (contents == nullptr) {
    COFFER_ASSIGN(contents, read_all(parts, previous));
  }
  contents->aws_policies = parts.aws_policies;
  compose_identities(*contents, previous);
  return std::make_shared<const IdentitySnapshot>(std::move(contents));
}

}  // namespace coffer::iam
