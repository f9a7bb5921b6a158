// coffer drill: loses a region of a deployment while clients write and read, replaces it and takes it back, and says
// what that cost. Must never touch a secret that it did not make, nor leave a region cut off or a secret behind where
// others use the deployment: whatever happens, it heals and deletes first, and says what it could not.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cli/deployment.h"
#include "cli/drill_report.h"
#include "cli/failover_command.h"
#include "cli/heed.h"

namespace coffer::cli {

struct DrillRequest {
  std::string lose;
  std::vector<std::string> regions;  // of the deployment, at least two; at most four besides the lost one
  std::string prefix;                // of the names of its secrets
  size_t secrets = 0;                // at least as many as regions
  Duration period{};  // of writing and reading: before the loss, until somebody acts, and before the region returns
  Duration write_every{};  // at least, of each region's client
};

// What happens to the regions, and time that passes. Ends with kAborted when as often as `heed` says was asked to stop.
struct DrillGround {
  std::function<Result<void>(const std::string& region)> cut;         // as a power cut would, or a broken cable
  std::function<Result<void>(const std::string& region, Heed)> heal;  // until it answers; one that is whole, too
  std::function<Result<void>(Duration, Heed)> pause;
};

// Of a deployment that others use.
struct DrillTidying {
  std::function<Deployment()> make;   // that a first Ctrl-C does not end
  std::vector<std::string> commands;  // that delete what this drill could not, and begin doing it one by one
  std::function<std::string(const std::string& region)> url_of;  // as one word of a shell command
};

struct DrillParts {
  const DrillGround& ground;
  std::function<Deployment()> make;  // for each thread
  const DrillTidying* tidying;       // null: the deployment is the drill's own, and is given up with what is in it
  const Show& show;                  // what is going on
  const Clock& clock;
  Random& random;  // thread-safe
};

// However it ended: what was measured until then, with the error.
DrillReport hold_drill(const DrillRequest& request, const DrillParts& parts);

}  // namespace coffer::cli
