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

// What the replica's account is told when it is the primary's side that refuses: keys, roles and users there are none
// of its business.
inline constexpr std::string_view kReadingRefused =
    "Replication failed: the account of the primary secret does not let its values go. DescribeSecret of the primary "
    "secret says why.";

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
  kms::KeyPointer key;              // that will seal the values; null: none is sealed, or the replica's key is gone
  std::vector<VersionId> versions;  // whose values will be read and sealed
};

// Decides every copy anew, by what policies say at that moment. Thread-safe. An error that a client may see is the
// replica's failure, and its text the primary's StatusMessage; others are the store's.
class CopyPermission {
 public:
  virtual ~CopyPermission() = default;
  // Whether there is somebody to copy, whether anything may go from the one account to the other, and whether the
  // values may be read.
  virtual Result<void> permit_reading(const CrossAccountCopy& copy) const = 0;
  // Whether the values may be sealed with the key of the copy. REQUIRES: permit_reading().
  virtual Result<void> permit_sealing(const CrossAccountCopy& copy) const = 0;
};

}  // namespace coffer::secrets
