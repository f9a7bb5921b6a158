#include "server/terminal.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "server/exit_codes.h"

namespace coffer::server {
namespace {

constexpr int kAskEveryMilliseconds = 100;

void ask(const std::string& text) {
  // Whoever pressed a key before has not seen what it would agree to.
  (void)::tcflush(STDIN_FILENO, TCIFLUSH);
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

// A line of standard input, without its end.
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

}  // namespace

bool has_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}

Result<void> confirm(const std::string& question, Consent consent, const std::function<bool()>& is_given_up) {
  if (consent == Consent::kYes) return {};
  if (!has_terminal()) {
    return Error{ErrorCode::kUsage, "this asks for confirmation, and there is no terminal to ask on; --yes confirms"};
  }
  ask(question + " [y/N] ");
  const Result<std::string> line = read_terminal_line(is_given_up);
  if (line.ok() && (*line == "y" || *line == "Y" || *line == "yes")) return {};
  return Error{ErrorCode::kAborted, "nothing was changed"};
}

Result<void> wait_for_enter(const std::string& request, const std::function<bool()>& is_given_up) {
  ask(request + ", and press Enter ");
  COFFER_TRY(read_terminal_line(is_given_up));
  return {};
}

bool print_text(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

int print_answer(std::string_view text) {
  return print_text(text) ? exit_status(ExitCode::kOk) : report_failure(ExitCode::kFailure, "cannot write the answer");
}

}  // namespace coffer::server
