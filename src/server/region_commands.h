// coffer status, failover, rejoin, region: the command line's side of them.
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
  std::string ask;     // which region knows the others; empty: the environment's
  std::string link;    // HOST:PORT
  std::string kms_key_id;
  unsigned per_second = 200;
  bool is_lost = false;
  bool waits = true;
  bool is_dry_run = false;
  bool is_forced = false;
  Consent consent = Consent::kAsk;
  cli::Form form = cli::Form::kText;
};

// Print what they did, or why they did not; the exit status is kFailure when they could not do all of it.
int show_regions(const RegionCommand& command, const Clock& clock);
int fail_over_region(const RegionCommand& command, const Clock& clock);
int rejoin_region(const RegionCommand& command, const Clock& clock);
int add_region(const RegionCommand& command, const Clock& clock);
int remove_region(const RegionCommand& command, const Clock& clock);
int fill_region(const RegionCommand& command, const Clock& clock);

}  // namespace coffer::server
