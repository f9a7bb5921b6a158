#include "server/policy_commands.h"

#include <istream>
#include <ostream>
#include <string>

#include "policy/simulator.h"
#include "server/exit_codes.h"

namespace coffer::server {
namespace {

// What the simulator answers when it does not understand a line has no result.
bool was_understood(std::string_view answer) {
  return answer.find(R"("result":)") != answer.npos;
}

}  // namespace

int evaluate_policies(std::istream& in, std::ostream& out) {
  ExitCode status = ExitCode::kOk;
  std::string line;
  while (std::getline(in, line)) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.find_first_not_of(" \t") == line.npos) continue;
    const std::string answer = policy::evaluate_line(line);
    if (!was_understood(answer)) status = ExitCode::kUsage;
    // Whoever feeds line after line waits for the answer to each.
    out << answer << '\n' << std::flush;
    if (!out) return report_failure(ExitCode::kFailure, "cannot write to standard output");
  }
  if (in.bad()) return report_failure(ExitCode::kFailure, "cannot read standard input");
  return exit_status(status);
}

}  // namespace coffer::server
