// coffer drill: loses a region of a deployment while clients write and read, replaces it and takes it back, and says
// what that cost. The deployment is the drill's own: what is in it is given up.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cli/deployment.h"
#include "cli/drill_report.h"
#include "cli/failover_command.h"

namespace coffer::cli {

struct DrillRequest {
  std::string lose;
  std::vector<std::string> regions;  // of the deployment, at least two; at most four besides the lost one
  size_t secrets = 0;                // at least as many as regions
  Duration period{};  // of writing and reading: before the loss, until somebody acts, and before the region comes back
};

// What happens to the regions, and time that passes.
struct DrillGround {
  std::function<Result<void>(const std::string& region)> kill;   // as a power cut would
  std::function<Result<void>(const std::string& region)> start;  // until it answers
  std::function<Result<void>(Duration)> pause;                   // kAborted when the drill is to end
};

struct DrillParts {
  const DrillGround& ground;
  std::function<Deployment()> make;  // for each thread
  const Show& show;                  // what is going on
  const Clock& clock;
  Random& random;  // thread-safe
};

// Promises that broke are in the report. An error: the drill could not be held, or was ended.
Result<DrillReport> hold_drill(const DrillRequest& request, const DrillParts& parts);

}  // namespace coffer::cli
