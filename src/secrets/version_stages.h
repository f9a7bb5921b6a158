// Versions and staging labels of one secret, as a pure state machine: no I/O, no time, no values.
// Follows "What's in a Secrets Manager secret? / Versions" and the label movements recorded from AWS.
// Invariants after every step: a label sits on at most one version; once any value exists AWSCURRENT sits on exactly
// one version; a version never holds both AWSCURRENT and AWSPREVIOUS.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace coffer::secrets {

inline constexpr std::string_view kAwsCurrent = "AWSCURRENT";
inline constexpr std::string_view kAwsPrevious = "AWSPREVIOUS";
inline constexpr std::string_view kAwsPending = "AWSPENDING";
inline constexpr size_t kMaxStagesPerSecret = 20;

struct VersionStages {
  VersionId id;
  std::vector<std::string> stages;  // sorted
  bool operator==(const VersionStages&) const = default;
};

using StageMap = std::vector<VersionStages>;  // in order of creation

// Adds `id` with `stages` (empty: AWSCURRENT). REQUIRES: `id` is not in the map. kLimitExceeded beyond 20 labels.
Result<StageMap> add_version(StageMap map, const VersionId& id, const std::vector<std::string>& stages);

// RotateSecret: `id`, new or without a value yet, gets AWSPENDING, and nothing else happens. kLimitExceeded.
Result<StageMap> announce_version(StageMap map, const VersionId& id);

// UpdateSecretVersionStage: moves, attaches or removes one label. Errors with AWS's texts.
struct StageMove {
  std::string stage;
  std::optional<VersionId> remove_from;
  std::optional<VersionId> move_to;
};
Result<StageMap> move_stage(StageMap map, const StageMove& move);

// The version that has the label; nullptr when none has.
const VersionStages* find_stage(const StageMap& map, std::string_view stage);
const VersionStages* find_version(const StageMap& map, const VersionId& id);

}  // namespace coffer::secrets
