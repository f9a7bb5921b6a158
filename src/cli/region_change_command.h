// coffer region add, coffer region remove: which regions belong to a deployment. Each region is asked for itself, so it
// may be that some have done it and others have not: the report says which, and the command may be repeated.
#pragma once

#include <functional>
#include <string>

#include "cli/failover_command.h"

namespace coffer::cli {

struct RegionChange {
  std::string ask;     // which region knows the others; empty: the environment's
  std::string region;  // that comes or goes
  std::string host;    // of its link listener, when it comes
  int64_t port = 0;
  bool is_lost = false;  // when it goes: for good
  bool is_dry_run = false;
  bool is_forced = false;  // although a region does not answer, or one that is lost does
  Form form = Form::kText;
};

// Errors before anything is changed as Deployment has them, kUsage for a region that is none of the deployment, and
// kConflict with the reasons when a region refuses, or does not answer and that is not forced.
Result<Outcome> add_region(const RegionChange& change, const std::function<Deployment()>& make, const Show& show,
                           const Confirm& confirm);
Result<Outcome> remove_region(const RegionChange& change, const std::function<Deployment()>& make, const Show& show,
                              const Confirm& confirm);

}  // namespace coffer::cli
