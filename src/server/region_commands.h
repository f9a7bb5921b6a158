// coffer status, failover, rejoin: the command line's side of them.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/deployment.h"
#include "server/admin_target.h"

namespace coffer::server {

struct RegionCommand {
  std::string endpoint;  // empty: the environment's
  std::string region;    // to ask, or that rejoins
  std::string from;
  std::string to;
  std::string prefix;
  std::string tag;     // "KEY=VALUE", or "KEY" for any value
  std::string secret;  // empty: all
  bool is_dry_run = false;
  bool is_forced = false;
  Consent consent = Consent::kAsk;
  cli::Form form = cli::Form::kText;
};

// Print what they did, or why they did not; the exit status is kFailure when they could not do all of it.
int show_regions(const RegionCommand& command, const Clock& clock);
int fail_over_region(const RegionCommand& command, const Clock& clock);
int rejoin_region(const RegionCommand& command, const Clock& clock);

}  // namespace coffer::server
