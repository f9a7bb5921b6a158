// coffer drill: the command line's side of it.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cli/deployment.h"
#include "server/process.h"
#include "server/terminal.h"

namespace coffer::server {

struct DrillCommand {
  std::string lose;
  std::vector<std::string> regions;  // empty: those of coffer dev, or of the deployment that runs
  size_t secrets = 0;
  Duration period{};
  cli::Form form = cli::Form::kText;
  std::string report;  // file; empty: none

  bool is_present = false;  // on a deployment that runs, instead of one of its own
  std::string data;         // of coffer dev; empty: the deployment that `endpoint` or the environment names
  std::string endpoint;
  std::string cut_command;  // both or none; none: coffer dev does it, or the person at the terminal
  std::string heal_command;
  bool is_dry_run = false;
  Consent consent = Consent::kAsk;

  bool is_clean_up = false;  // deletes what drills have left, and holds none
};

// Prints the report; the exit status is kOk when nothing broke that was promised, and nothing is left. Called on the
// main thread, which has started no other thread yet.
int run_drill(const DrillCommand& command, Signals signals, const Clock& clock, Random& random);

}  // namespace coffer::server
