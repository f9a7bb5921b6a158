// coffer failover: promotes, in one region, every secret of the caller's account whose primary's region is lost.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "cli/deployment.h"
#include "cli/outcome.h"

namespace coffer::cli {

// Asks a person; kAborted or kUsage when the answer is no.
using Confirm = std::function<Result<void>(const std::string& question)>;
// Shows a person what is going to happen, before the question; not the answer, if that is JSON for a program.
using Show = std::function<void(const std::string& text)>;

struct FailoverRequest {
  std::string from;
  std::string to;
  CopyFilter filter;  // by name, prefix or tag
  bool is_dry_run = false;
  bool is_forced = false;  // although the lost region answers
  Form form = Form::kText;
};

// `make`: a deployment for each of the threads that promote. Errors before anything is changed as Deployment has them,
// kUsage for regions that are not of the deployment, kNotFound when the region to promote in has nothing of the one
// secret that is named, and kConflict when the lost region answers: what it acknowledges from now on would be lost.
// `clock`: for how long it has been silent.
Result<Outcome> fail_over(const FailoverRequest& request, const std::function<Deployment()>& make, const Clock& clock,
                          const Show& show, const Confirm& confirm);

}  // namespace coffer::cli
