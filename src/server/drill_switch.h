// Who cuts a region off from everybody for a drill on a deployment that runs, and heals it.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "cli/heed.h"
#include "server/deployment_files.h"
#include "server/interrupt.h"

namespace coffer::server {

struct DrillSwitch {
  std::string how;  // "coffer dev kills its process, and starts it again"
  std::function<Result<void>(const std::string& region)> cut;
  // Of a region that is whole it does nothing, or nothing bad. kAborted when as often as `heed` says was asked to stop.
  std::function<Result<void>(const std::string& region, cli::Heed heed)> heal;
};

// coffer dev of that deployment. While the region is cut off its name is in DIR/drill.cut, for whoever finds what a
// drill has left that was killed.
DrillSwitch switch_of(const Deployment& deployment, const Interrupt& interrupt);
// The region in that file; empty: none.
std::string region_left_cut_off(const Deployment& deployment);
std::string drill_lock_file(const Deployment& deployment);

// Commands of the operator, which find the region in COFFER_DRILL_REGION.
DrillSwitch switch_by_commands(const std::string& cut, const std::string& heal, const Interrupt& interrupt,
                               const Clock& clock);

// The person at the terminal.
DrillSwitch switch_by_person(const Interrupt& interrupt);

}  // namespace coffer::server
