// coffer rejoin: makes what a region that was lost still has of secrets that were promoted elsewhere replicas of these.
#pragma once

#include <string>

#include "cli/failover_command.h"

namespace coffer::cli {

struct RejoinRequest {
  std::string region;  // that was lost, and has come back
  std::string secret;  // name; empty: all
  bool is_dry_run = false;
  Form form = Form::kText;
};

// Shows first what only the region's own copies have, and would be lost. May be repeated: what was broken off goes on.
// Errors as fail_over() has them; kNotFound when the one secret that is named has nothing to rejoin.
Result<Outcome> rejoin(const RejoinRequest& request, Deployment& deployment, const Show& show, const Confirm& confirm);

}  // namespace coffer::cli
