// coffer drill: the command line's side of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cli/deployment.h"
#include "server/process.h"

namespace coffer::server {

struct DrillCommand {
  std::string lose;
  std::vector<std::string> regions;  // empty: those of coffer dev
  size_t secrets = 0;
  Duration period{};
  cli::Form form = cli::Form::kText;
  std::string report;   // file; empty: none
  std::string present;  // a deployment that runs already: refused
};

// Prints the report; the exit status is kOk when nothing broke that was promised. Called on the main thread, which has
// started no other thread yet.
int run_drill(const DrillCommand& command, Signals signals, const Clock& clock, Random& random);

}  // namespace coffer::server
