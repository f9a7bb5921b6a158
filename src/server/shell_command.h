// A command of the operator's own, run by /bin/sh -c. In a process group of its own, since Ctrl-C is not for it; it
// ends with this process. It has no input, and what it prints goes to standard error. Must never return before what is
// given up has ended, with all of its group. Main thread only; makes the process the parent of orphans.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace coffer::server {

struct ShellCommand {
  std::string text;
  std::vector<std::string> variables;  // "NAME=value", besides this process's own
  std::function<bool()> is_given_up;   // asked several times a second; true: it is ended, kAborted
  Duration timeout;
};

// Until it has exited with 0. kIo when it exits otherwise or cannot be run, kTimeout.
Result<void> run_shell(const ShellCommand& command, const Clock& clock);

}  // namespace coffer::server
