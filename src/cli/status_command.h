// coffer status: how the regions of a deployment are.
#pragma once

#include <functional>
#include <string>

#include "cli/deployment.h"

namespace coffer::cli {

// What to print, with a line end. `region`: the one to ask which others there are; empty: the environment's. `make`: a
// deployment for each of the threads that ask. kUsage also when the deployment has no such region, and as Deployment
// has it when that region gives no answer; that others give none is part of the text.
Result<std::string> show_status(const std::string& region, Form form, const std::function<Deployment()>& make);

}  // namespace coffer::cli
