// `coffer dev`: a deployment on one machine, one process per region and a gateway in front, in the foreground until it
// is told to stop. Reads as the list of what happens, in order.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "server/deployment_files.h"
#include "server/process.h"

namespace coffer::server {

// Runs the deployment and returns the exit status; failures have been reported. Called on the main thread, which has
// started no other thread yet.
int run_dev(const DeploymentRequest& request, Signals signals, const Clock& clock, Random& random);

}  // namespace coffer::server
