// coffer status: how the regions of a deployment are.
#pragma once

#include <string>

#include "cli/deployment.h"

namespace coffer::cli {

// What to print, with a line end. `region`: the one to ask which others there are; empty: the environment's. kUsage,
// and as Deployment has it when that region gives no answer; that others give none is part of the text.
Result<std::string> show_status(const std::string& region, Form form, Deployment& deployment);

}  // namespace coffer::cli
