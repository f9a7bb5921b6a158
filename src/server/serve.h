// `coffer serve`: one region in the foreground until SIGTERM or SIGINT; SIGHUP reads the TLS files again.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "server/process.h"

namespace coffer::server {

// Runs the region and returns the exit status; failures have been reported. Called on the main thread, which has
// started no other thread yet.
int run_serve(const std::string& config_file, const Hardening& hardening, Signals signals, const Clock& clock,
              Random& random);

}  // namespace coffer::server
