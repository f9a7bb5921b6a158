// coffer region fill: gives every secret of the caller's account a replica in one region, so many a second, and waits
// until these have arrived. May be broken off and repeated: what is replicated already is left alone.
#pragma once

#include <functional>
#include <string>

#include "cli/failover_command.h"

namespace coffer::cli {

struct FillRequest {
  std::string ask;           // which region knows the others; empty: the environment's
  std::string region;        // that is filled
  std::string from;          // only secrets with their primary there; empty: in any region
  CopyFilter filter;         // by prefix or tag
  std::string kms_key_id;    // for the copies; empty: the account's default key there
  int64_t per_second = 200;  // at most
  bool waits = true;         // until everything has arrived
  bool is_dry_run = false;
  Form form = Form::kText;
};

struct Filling {
  const Show& show;
  const Confirm& confirm;
  std::function<Duration()> now;        // monotonic
  std::function<void(Duration)> pause;  // any thread
  // How far it is; called often, any thread.
  std::function<void(const std::string& text)> progress;
};

// `make`: a deployment for each of the threads that ask. Errors before anything is changed as Deployment has them, and
// kUsage for regions that are none of the deployment, or the same.
Result<Outcome> fill_region(const FillRequest& request, const std::function<Deployment()>& make, const Filling& by);

}  // namespace coffer::cli
