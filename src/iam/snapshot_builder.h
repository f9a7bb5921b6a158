// Makes a snapshot of an account from its rows. Inside of this room only.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "iam/aws_managed_policies.h"
#include "iam/identity_snapshot.h"

namespace coffer::iam {

struct SnapshotParts {
  const store::Store& store;
  const AccountId& account;
  std::shared_ptr<const AwsManagedPolicies> aws_policies;
};

// The snapshot before, and which rows have changed since it was read; null and nullopt where that is not known.
struct SnapshotBase {
  const IdentitySnapshot* previous;
  const std::optional<std::vector<store::Change>>& changed;
};

// Of one moment: all rows by one scan; or the rows that changed, if all of them are as their changes left them, which
// is the moment of the last change. What did not change is shared with the snapshot before: rows by their revision,
// policies by their text, identities that depend on nothing that changed. kIo; kCorrupt when a row is damaged.
Result<std::shared_ptr<const IdentitySnapshot>> build_snapshot(const SnapshotParts& parts, const SnapshotBase& base);

}  // namespace coffer::iam
