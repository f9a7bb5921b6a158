#include "server/exit_codes.h"

#include <cstdio>
#include <string>

namespace coffer::server {

int report_failure(ExitCode code, std::string_view message) {
  std::string line = "coffer: ";
  for (char c : message)
    line.push_back(c == '\n' ? ' ' : c);
  line.push_back('\n');
  std::fputs(line.c_str(), stderr);
  return exit_status(code);
}

}  // namespace coffer::server
