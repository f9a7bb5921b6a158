// What travels from a primary to a replica region, and what the region answers. State, not operations: the newest state
// contains everything, so that sending it twice, late or out of order does no harm.
//
// Rules of the receiving side, in this order:
//  - no secret of that name: it becomes a replica;
//  - same suffix, lower lineage epoch than ours: kFenced. Somebody promoted this copy;
//  - a replica of the same suffix and primary region: applied if (lineage epoch, generation) is newer, else ignored;
//  - a replica of the same suffix, another primary region: applied if the lineage epoch is higher, else kOtherLineage;
//  - a replica of another suffix: replaced if the primary region is the same, which has deleted it; else kOtherLineage;
//  - a stand-alone secret: kNameTaken, unless force_overwrite and it has no replicas of its own;
//  - a version in the state that has no value here and none in the message: kNeedVersions, nothing changes.
// Labels, and which versions exist, change in one transaction; values are there at that moment or before.
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
  kKeyUnusable
};

struct ApplyOutcome {
  ApplyVerdict verdict = ApplyVerdict::kApplied;
  std::vector<VersionId> needed;  // with kNeedVersions
  std::string message;            // for StatusMessage when refused
};

}  // namespace coffer::secrets
