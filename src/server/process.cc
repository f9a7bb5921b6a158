#include "server/process.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "server/files.h"

namespace coffer::server {
namespace {

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD})
    sigaddset(&set, signal);
  return set;
}

// Between fork and exec of a process with threads: async-signal-safe calls only.
[[noreturn]] void become(const char* const* arguments, int output, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  if (::getppid() != parent) ::_exit(1);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  Signals::restore_in_child();
  ::execv("/proc/self/exe", const_cast<char* const*>(arguments));
  ::_exit(127);
}

bool lock_memory() {
  // With a limit, locking future pages would make allocations fail once it is reached.
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY) return false;
  return ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

}  // namespace

Hardening harden_process() {
  ::umask(077);
  ::signal(SIGPIPE, SIG_IGN);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  ::prctl(PR_SET_NAME, "coffer", 0, 0, 0);  // started as /proc/self/exe, the name would be "exe"
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  return {.memory_locked = lock_memory()};
}

Result<pid_t> spawn_self(const std::vector<std::string>& arguments, int output) {
  std::vector<const char*> words = {"coffer"};
  for (const std::string& argument : arguments)
    words.push_back(argument.c_str());
  words.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become(words.data(), output, parent);
  if (pid < 0) return Error{ErrorCode::kIo, errno_text(errno)};
  return pid;
}

Result<Signals> Signals::open() {
  const sigset_t set = handled_signals();
  if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) return Error{ErrorCode::kIo, "cannot block signals"};
  const int signals = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (signals < 0) return Error{ErrorCode::kIo, "cannot wait for signals: " + errno_text(errno)};
  const int wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake < 0) {
    ::close(signals);
    return Error{ErrorCode::kIo, "cannot wait for events: " + errno_text(errno)};
  }
  return Signals(signals, wake);
}

Signals::Signals(Signals&& other) noexcept
    : signals_(other.signals_), wake_(other.wake_), stops_asked_(other.stops_asked_) {
  other.signals_ = other.wake_ = -1;
}

Signals::~Signals() {
  if (signals_ >= 0) ::close(signals_);
  if (wake_ >= 0) ::close(wake_);
}

bool Signals::wait(Duration time) {
  pollfd events[] = {{signals_, POLLIN, 0}, {wake_, POLLIN, 0}};
  const int timeout = time.count() < 0 ? -1 : static_cast<int>(std::min<int64_t>(time.count(), 1 << 30));
  ::poll(events, 2, timeout);
  signalfd_siginfo info;
  while (::read(signals_, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGINT || info.ssi_signo == SIGTERM) ++stops_asked_;
    if (info.ssi_signo == SIGHUP) reload_asked_ = true;
  }
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(wake_, &count, sizeof count);
  return stops_asked_ == 0;
}

void Signals::wake() const {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

void Signals::restore_in_child() {
  const sigset_t set = handled_signals();
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
}

}  // namespace coffer::server
