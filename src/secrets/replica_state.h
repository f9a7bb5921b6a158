// What travels from a primary to a replica region, and what the region answers. State, not operations: the newest state
// contains everything, so that sending it twice, late or out of order does no harm.
//
// Rules of the receiving side:
//  - no secret of that name: it becomes a replica;
//  - a replica of the same lineage (suffix): applied if (lineage epoch, generation) is newer, accepted and ignored if not;
//  - a lower lineage epoch than ours: kFenced, nothing changes. Somebody promoted this copy;
//  - a stand-alone secret or another lineage: kNameTaken, unless force_overwrite and the copy is stand-alone;
//  - a version in the state that has no value here and none in the message: kNeedVersions, nothing changes.
// All of one state is applied in one transaction, values before labels are the same moment.
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
  std::optional<SecretBytes> value;  // absent: the receiver has it, or must ask
};

struct ReplicaState {
  AccountId account;
  std::string name;
  std::string suffix;
  Region primary_region;
  uint64_t lineage_epoch = 0;
  uint64_t generation = 0;
  bool force_overwrite = false;
  std::string kms_key_id;  // chosen for the receiving region
  std::string description;
  std::vector<Tag> tags;
  bool tagged = false;
  std::vector<ReplicaVersion> versions;
};

// The region was taken out of the secret's replication: delete the copy, if it is still a replica of that lineage.
struct ReplicaRemoval {
  AccountId account;
  std::string name;
  std::string suffix;
  Region primary_region;
  uint64_t lineage_epoch = 0;
};

enum class ApplyVerdict : uint8_t { kApplied, kAlreadyNewer, kNeedVersions, kNameTaken, kOtherLineage, kFenced, kKeyUnusable };

struct ApplyOutcome {
  ApplyVerdict verdict = ApplyVerdict::kApplied;
  std::vector<VersionId> needed;  // with kNeedVersions
  std::string message;            // for StatusMessage when refused
};

}  // namespace coffer::secrets
