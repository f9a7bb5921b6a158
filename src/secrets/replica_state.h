// What travels from a primary to a replica region, and what the region answers. State, not operations: the newest state
// contains everything, so that sending it twice does no harm.
//
// Rules of the receiving side, in this order:
//  - a promoted copy of the same lineage was here and was deleted: kFenced;
//  - no secret of that name: it becomes a replica;
//  - same suffix, lower lineage epoch than ours: kFenced. Somebody promoted this copy;
//  - a replica of the same suffix and primary region: applied if (lineage epoch, generation) is newer and its base is
//    what is here, or what that was based on (an answer was lost); if it is the same state, ignored but for siblings
//    that the copy lacks; else kAhead: the primary has lost changes, it was restored from a backup;
//  - a replica of the same suffix, another primary region: applied if the lineage epoch is higher, else kOtherLineage;
//  - a replica of another suffix: replaced if the primary region is the same, which has deleted it, but for one that
//  has
//    rejoined and waits for its first state, which needs force_overwrite; else kOtherLineage;
//  - a stand-alone secret: kNameTaken, unless force_overwrite and it has no replicas of its own;
//  - the copy's KMS key cannot be used: kKeyUnusable;
//  - a version in the state that is not here and has no value in the message: kNeedVersions, nothing changes. A version
//    is the same if its id, generation, time and kind are: two lineages may give one id to different values. One whose
//    KMS key was deleted is not here any more;
//  - a value that is here stays as it is sealed, but under another kms_key_id than that of the last state one that
//  comes
//    along is sealed anew. A key that was changed here stays as long as kms_key_id does.
// All of one state is applied in one transaction. Late messages are kept out by the link's sessions, not by these
// rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/secret_bytes.h"
#include "secrets/secret.h"

namespace coffer::secrets {

struct ReplicaVersion {
  Version version;
  std::optional<SecretBytes> value;  // absent: the receiver has it, or must ask, or nobody can read it
};

struct ReplicaState {
  AccountId account;
  std::string name;
  std::string suffix;
  Region primary_region;
  uint64_t lineage_epoch = 0;
  uint64_t generation = 0;
  uint64_t state_id = 0;         // random, of the change that made this generation
  uint64_t base_state_id = 0;    // of the last state that the region acknowledged; 0: none is known
  bool force_overwrite = false;  // until the region has acknowledged once since it was asked for
  std::string kms_key_id;        // chosen for the receiving region
  std::string description;
  std::vector<Tag> tags;
  bool tagged = false;
  std::string resource_policy;
  std::vector<policy::PrincipalBinding> policy_bindings;
  std::vector<ReplicaRegion> siblings;  // the other regions that have the secret, the primary's included
  std::string foreign_replica;          // the ARN of its replica in another account, which only it feeds; empty: none
  std::vector<ReplicaVersion> versions;
};

// The region was taken out of the secret's replication: delete the copy, if it is still a replica of that primary
// region and not of a newer lineage epoch.
struct ReplicaRemoval {
  AccountId account;
  std::string name;
  std::string suffix;
  Region primary_region;
  uint64_t lineage_epoch = 0;
};

enum class ApplyVerdict : uint8_t {
  kApplied,
  kAlreadyNewer,
  kNeedVersions,
  kNameTaken,
  kOtherLineage,
  kFenced,
  kKeyUnusable,
  kAhead
};

struct ApplyOutcome {
  ApplyVerdict verdict = ApplyVerdict::kApplied;
  std::vector<VersionId> needed;  // with kNeedVersions
  std::string message;            // for StatusMessage when refused
  uint64_t generation = 0;        // with kAhead: of the copy
  // With kFenced: the promoted one; absent: it was deleted.
  std::optional<ReplicaProgress::Successor> successor;
  std::optional<Time> accessed;  // when the copy that is there was read last, as 00:00 UTC of that day
};

}  // namespace coffer::secrets
