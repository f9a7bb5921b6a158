#include "server/terminal.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "server/exit_codes.h"

namespace coffer::server {
namespace {

constexpr int kAskEveryMilliseconds = 100;

}  // namespace

bool has_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}

Result<std::string> read_terminal_line(const std::function<bool()>& is_given_up) {
  std::string line;
  for (;;) {
    if (is_given_up && is_given_up()) return Error{ErrorCode::kAborted, "given up"};
    pollfd waiting{STDIN_FILENO, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, is_given_up ? kAskEveryMilliseconds : -1);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    char c = 0;
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got <= 0) return Error{ErrorCode::kAborted, "standard input has ended"};
    if (c == '\n') return line;
    line.push_back(c);
  }
}

Result<void> confirm(const std::string& question, Consent consent, const std::function<bool()>& is_given_up) {
  if (consent == Consent::kYes) return {};
  if (!has_terminal()) {
    return Error{ErrorCode::kUsage, "this asks for confirmation, and there is no terminal to ask on; --yes confirms"};
  }
  std::fprintf(stderr, "%s [y/N] ", question.c_str());
  std::fflush(stderr);
  const Result<std::string> line = read_terminal_line(is_given_up);
  if (line.ok() && (*line == "y" || *line == "Y" || *line == "yes")) return {};
  return Error{ErrorCode::kAborted, "nothing was changed"};
}

bool print_text(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

int print_answer(std::string_view text) {
  return print_text(text) ? exit_status(ExitCode::kOk) : report_failure(ExitCode::kFailure, "cannot write the answer");
}

}  // namespace coffer::server
