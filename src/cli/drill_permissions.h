// Whether a drill may do all that it will have to do, before it loses a region: whoever finds that out afterwards has a
// region that is cut off and cannot be taken back, or secrets that cannot be deleted. Tries each operation on one
// secret of the drill in a way that changes nothing: dry runs, and what every region refuses after it has looked at the
// permission.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "cli/deployment.h"

namespace coffer::cli {

struct DrillTrial {
  std::string lose;                                  // has the primary
  std::vector<std::string> regions;                  // have a replica, and it
  std::string name;                                  // of the secret
  const std::function<bool()>& wait_when_throttled;  // false: no more
};

// kAccessDenied with everything that is not allowed, by action; other errors when a region does not answer. Writes one
// version. Only that the replicas may be promoted by StopReplicationToReplica is tried in the lost region alone.
Result<void> try_permissions(const DrillTrial& trial, Deployment& deployment, Random& random);

}  // namespace coffer::cli
