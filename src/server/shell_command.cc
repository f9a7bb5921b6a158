#include "server/shell_command.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <thread>

#include "server/files.h"
#include "server/process.h"

namespace coffer::server {
namespace {

constexpr Duration kPoll = std::chrono::milliseconds(20);
constexpr Duration kStopGrace = std::chrono::seconds(5);

// Between fork and exec of a process with threads: async-signal-safe calls only.
[[noreturn]] void become_shell(const char* const* arguments, const char* const* environment, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  if (::getppid() != parent) ::_exit(1);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  Signals::restore_in_child();
  ::execve("/bin/sh", const_cast<char* const*>(arguments), const_cast<char* const*>(environment));
  ::_exit(127);
}

// The exit status once it has ended, as waitpid() has it.
std::optional<int> ended(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, WNOHANG) != pid) return std::nullopt;
  return status;
}

// The shell and all that it has started, as far as that is in its group; what has lost its parent is this process's.
bool has_group_ended(pid_t pid) {
  while (::waitpid(-pid, nullptr, WNOHANG) > 0) {
  }
  return ::kill(-pid, 0) != 0;
}

// A shell ends at once, and what it waits for may take its time: it must not go on when this has returned.
void end_group(pid_t pid, const Clock& clock) {
  for (const int signal : {SIGTERM, SIGKILL}) {
    ::kill(-pid, signal);
    const Duration deadline = clock.monotonic() + kStopGrace;
    while (clock.monotonic() < deadline) {
      if (has_group_ended(pid)) return;
      std::this_thread::sleep_for(kPoll);
    }
  }
}

}  // namespace

Result<void> run_shell(const ShellCommand& command, const Clock& clock) {
  const char* const arguments[] = {"sh", "-c", command.text.c_str(), nullptr};
  std::vector<const char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable)
    environment.push_back(*variable);
  for (const std::string& variable : command.variables)
    environment.push_back(variable.c_str());
  environment.push_back(nullptr);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become_shell(arguments, environment.data(), parent);
  if (pid < 0) return Error{ErrorCode::kIo, "cannot run a shell: " + errno_text(errno)};
  ::setpgid(pid, pid);  // or it is signalled before it did so itself
  const Duration deadline = clock.monotonic() + command.timeout;
  for (;;) {
    if (const std::optional<int> status = ended(pid)) {
      if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return {};
      const std::string how = WIFEXITED(*status) ? "exited with " + std::to_string(WEXITSTATUS(*status))
                                                 : "was ended by signal " + std::to_string(WTERMSIG(*status));
      return Error{ErrorCode::kIo, "`" + command.text + "` " + how};
    }
    const bool is_given_up = command.is_given_up && command.is_given_up();
    if (is_given_up || clock.monotonic() > deadline) {
      end_group(pid, clock);
      return is_given_up ? Error{ErrorCode::kAborted, "`" + command.text + "` was ended"}
                         : Error{ErrorCode::kTimeout, "`" + command.text + "` took too long and was ended"};
    }
    std::this_thread::sleep_for(kPoll);
  }
}

}  // namespace coffer::server
