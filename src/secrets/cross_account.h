// A secret's values in another account of the same region: which two secrets belong together, how it stands with them,
// and the policy that lets the primary's account in. Pure, but for what SecretStore does with it. Each side's record
// says only its own half, so that each account can stop for itself and at once: whether the two are linked is seen by
// looking at both.
// Follows "Replicate AWS Secrets Manager secrets across accounts" (Secrets Manager user guide).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "secrets/secret_store.h"

namespace coffer::secrets {

// The replica has this name for the policy; the other one, which its owner writes, is "default".
inline constexpr std::string_view kDefaultPolicyName = "default";
inline constexpr std::string_view kCrossAccountPolicyName = "cross-account-replication";
// That policy: the primary's account may call AcceptCrossAccountReplication.
std::string cross_account_policy(const CrossAccountPrimary& primary);

ForeignSecret foreign_secret(const Secret& secret);

// Whether values go from the one to the other: both say so, and by the same association.
bool is_linked(const Secret& primary, const Secret& replica);

// As DescribeSecret shows it. A null pointer: the other secret does not exist.
// REQUIRES: `primary` has a cross-account replica.
SecretView::Status status_of_replica(const SecretView& primary, const SecretView* replica);
// REQUIRES: `replica` has a cross-account primary.
SecretView::Status status_of_primary(const SecretView& replica, const SecretView* primary);

// A copy that is about to be made.
struct CrossAccountCopy {
  const SecretView& primary;
  const SecretView& replica;
  std::vector<VersionId> versions;  // whose values will be read, and sealed with the replica's key
};

// Decides every copy anew, by what policies say at that moment. Thread-safe.
class CopyPermission {
 public:
  virtual ~CopyPermission() = default;
  // An error that a client may see is the replica's failure, and its text the StatusMessage; others are the store's.
  virtual Result<void> permit(const CrossAccountCopy& copy) const = 0;
};

}  // namespace coffer::secrets
