// The secrets that drills make on a deployment that others use: how they are named, found, and deleted in every region.
// Must never touch a secret whose name no drill gives.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cli/deployment.h"
#include "cli/drill_report.h"
#include "cli/rejoin_command.h"

namespace coffer::cli {

inline constexpr std::string_view kDrillPrefix = "coffer-drill-";

// Of the secrets of one drill: "coffer-drill-20261129T151000Z-x7k2/".
std::string new_drill_prefix(Time now, Random& random);
// Whether it is such a prefix with a number behind it.
bool is_drill_name(std::string_view name);

// All that begin with `prefix` and have a drill's name. Errors as Deployment has them.
Result<std::vector<Copy>> find_drill_copies(Deployment& deployment, const std::string& region,
                                            const std::string& prefix);

struct DrillCleaning {
  std::vector<std::string> regions;
  std::string prefix;  // of one drill, or kDrillPrefix: of all
  const std::function<Deployment()>& make;
  const Clock& clock;
  const Wait& wait;     // false: no more
  Duration patience{};  // also with regions that do not answer
};
// Deletes them without recovery, the replicas first, in every region; returns what is left.
std::vector<DrillLeftover> delete_drill_secrets(const DrillCleaning& cleaning);

// The URL of a region's endpoint, as one word of a shell command.
using UrlOf = std::function<std::string(const std::string& region)>;
// How a person deletes them with AWS's command line, one command each; there, and not at AWS.
std::vector<std::string> commands_to_delete(const std::vector<DrillLeftover>& leftovers, const UrlOf& url_of);

}  // namespace coffer::cli
