// coffer rejoin: makes what a region that was lost still has of secrets that were promoted elsewhere replicas of these.
#pragma once

#include <functional>
#include <string>

#include "cli/failover_command.h"

namespace coffer::cli {

struct RejoinRequest {
  std::string region;    // that was lost, and has come back
  std::string secret;    // name; empty: all
  std::string prefix{};  // of their names; empty: any
  bool is_dry_run = false;
  Form form = Form::kText;
};

// Waits a moment; false when it is enough.
using Wait = std::function<bool()>;

struct Operator {
  const Show& show;
  const Confirm& confirm;
  const Wait& wait;  // for regions that are to follow the promoted secrets
};

// Shows first what only the region's own copies have, and would be lost. May be repeated: what was broken off goes on.
// `make`: a deployment for each of the threads that ask. Errors as fail_over() has them; kNotFound when the one secret
// that is named has nothing to rejoin.
Result<Outcome> rejoin(const RejoinRequest& request, const std::function<Deployment()>& make, const Operator& by);

}  // namespace coffer::cli
