// Makes a snapshot of an account from its rows. Inside of this room only.
#pragma once

#include <memory>

#include "iam/aws_managed_policies.h"
#include "iam/identity_snapshot.h"

namespace coffer::iam {

// One scan, so that the snapshot is of one moment. What did not change since `previous` (may be null) is shared with
// it: rows by their revision, policies by their text. A policy that is not understood (of a later Coffer, or by damage)
// denies everything to whom it is attached: what it forbids is not known. kIo; kCorrupt when a row is damaged.
Result<std::shared_ptr<const IdentitySnapshot>> build_snapshot(const store::Store& store, const AccountId& account,
                                                               const IdentitySnapshot* previous,
                                                               std::shared_ptr<const AwsManagedPolicies> aws_policies);

}  // namespace coffer::iam
