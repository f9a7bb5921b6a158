#include "iam/identities.h"

#include "iam/identity_rows.h"
#include "iam/names.h"

namespace coffer::iam {

Result<std::optional<std::string>> Identities::unique_id(const policy::PrincipalName& name) const {
  const bool is_user = name.kind == policy::PrincipalName::Kind::kUser;
  if (!is_user && name.kind != policy::PrincipalName::Kind::kRole) return std::optional<std::string>();
  COFFER_ASSIGN(const SnapshotPointer snapshot, cache_.snapshot(name.account));
  const std::string_view last = std::string_view(name.text).substr(name.text.rfind('/') + 1);
  const Identity* const found = is_user ? snapshot->user(last) : snapshot->role(last);
  if (found == nullptr || found->arn != name.text) return std::optional<std::string>();
  return std::optional(found->unique_id);
}

Result<SnapshotPointer> Identities::snapshot_of(std::string_view unique_id) const {
  // What is no unique id must not become part of a row's key.
  if (!is_unique_id(unique_id)) return SnapshotPointer();
  COFFER_ASSIGN(const auto row, store_.get(unique_id_key(unique_id)));
  if (!row) return SnapshotPointer();
  const auto account = AccountId::parse(row->value);
  if (!account) return Error{ErrorCode::kCorrupt, "the account of a unique id is damaged"};
  COFFER_ASSIGN(SnapshotPointer snapshot, cache_.snapshot(*account));
  return snapshot->by_unique_id(unique_id) != nullptr ? snapshot : SnapshotPointer();
}

Result<std::optional<std::string>> Identities::arn(std::string_view unique_id) const {
  COFFER_ASSIGN(const SnapshotPointer snapshot, snapshot_of(unique_id));
  if (snapshot == nullptr) return std::optional<std::string>();
  return std::optional(snapshot->by_unique_id(unique_id)->arn);
}

}  // namespace coffer::iam
