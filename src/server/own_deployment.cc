#include "server/own_deployment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "server/exit_codes.h"
#include "server/json_door.h"
#include "server/ports.h"
#include "server/process.h"
#include "wire/value.h"

namespace coffer::server {
namespace {

constexpr Duration kStartTimeout = std::chrono::seconds(180);
constexpr Duration kCommandTimeout = std::chrono::seconds(180);  // a region that starts replays its log
constexpr Duration kStopTimeout = std::chrono::seconds(90);      // its regions have 30 s, twice
constexpr Duration kPoll = std::chrono::milliseconds(50);
constexpr int kAttempts = 5;  // somebody may take a port between our look and the start
constexpr uint32_t kFirstPort = 20'000;
constexpr uint32_t kPorts = 12'000;  // below those that the kernel gives to connections

constexpr std::string_view kName = "coffer-drill-";
constexpr size_t kDrawn = 6;                          // characters behind it
constexpr auto kUnlockedFor = std::chrono::hours(1);  // whoever makes a directory locks it at once

Result<std::string> temporary_directory() {
  std::error_code error;
  std::string parent = std::filesystem::temp_directory_path(error).string();
  if (error) return Error{ErrorCode::kIo, "no directory for temporary files; set TMPDIR"};
  return parent;
}

std::string lock_file(const std::string& directory) {
  return join_path(directory, "lock");
}

// Whether it is a directory of this user's, and no link to one.
bool is_own_directory(const std::string& path, struct stat& found) {
  return ::lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == ::geteuid();
}

// Whoever used it has ended, and so has its deployment.
bool remove_if_stale(const std::string& path, const Clock& clock) {
  struct stat found {};
  if (!is_own_directory(path, found)) return false;
  std::error_code error;
  if (!path_exists(lock_file(path))) {
    const Time changed{std::chrono::seconds(found.st_mtime)};
    return clock.now() - changed > kUnlockedFor && std::filesystem::remove_all(path, error) > 0 && !error;
  }
  const Result<FileLock> lock = FileLock::acquire(lock_file(path));
  if (!lock.ok()) return false;
  const std::string data = join_path(path, "data");
  const bool has_data = path_exists(join_path(data, "lock"));
  const auto deployment = has_data ? std::optional(lock_deployment(data)) : std::nullopt;
  if (deployment && !deployment->ok()) return false;
  return std::filesystem::remove_all(path, error) > 0 && !error;
}

std::string names_of(const std::vector<Region>& regions) {
  std::string names;
  for (const Region& region : regions)
    names += (names.empty() ? "" : ",") + region.text();
  return names;
}

}  // namespace

Result<std::unique_ptr<OwnDeployment>> OwnDeployment::start(const Parts& parts) {
  remove_stale(parts.clock);
  COFFER_ASSIGN(Place place, make_place());
  std::unique_ptr<OwnDeployment> own(new OwnDeployment(parts, std::move(place)));
  Result<void> ready = Error{ErrorCode::kConflict, "no ports are free"};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    COFFER_TRY(own->spawn());
    ready = own->wait_ready();
    if (ready.ok()) break;
    if (own->pid_ != 0 || own->exit_status_ != exit_status(ExitCode::kCannotListen)) return ready.error();
  }
  COFFER_TRY(ready);
  COFFER_ASSIGN(own->deployment_, read_deployment(join_path(own->directory_, "data")));
  return own;
}

// Somebody who looks for stale ones may come between making a directory and locking it.
Result<OwnDeployment::Place> OwnDeployment::make_place() {
  COFFER_ASSIGN(const std::string parent, temporary_directory());
  Error last{ErrorCode::kIo, "no directory"};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::string path = join_path(parent, std::string(kName) + std::string(kDrawn, 'X'));
    if (::mkdtemp(path.data()) == nullptr)
      return Error{ErrorCode::kIo, "cannot make " + path + ": " + errno_text(errno)};
    Result<FileLock> lock = FileLock::acquire(lock_file(path));
    if (lock.ok()) return Place{std::move(path), std::move(*lock)};
    last = lock.error();
  }
  return last;
}

size_t OwnDeployment::remove_stale(const Clock& clock) {
  size_t removed = 0;
  const Result<std::string> parent = temporary_directory();
  if (!parent.ok()) return 0;
  std::error_code error;
  std::vector<std::string> found;
  for (std::filesystem::directory_iterator at(*parent, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with(kName) && name.size() == kName.size() + kDrawn) found.push_back(at->path().string());
  }
  for (const std::string& path : found)
    removed += remove_if_stale(path, clock) ? 1 : 0;
  return removed;
}

OwnDeployment::~OwnDeployment() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<void> OwnDeployment::command(const Region& region, const std::string& verb) const {
  wire::Document answer;
  const std::string target = "/regions/" + region.text() + "/" + verb;
  return call_local(deployment_.control_socket(),
                    {.method = "POST",
                     .target = target,
                     .timeout = kCommandTimeout,
                     .is_given_up = parts_.interrupt.asker(cli::Heed::kFirst)},
                    answer);
}

Result<uint16_t> OwnDeployment::free_ports() const {
  const size_t count = 1 + 2 * parts_.regions.size();
  for (int attempt = 0; attempt < 100; ++attempt) {
    const auto first = static_cast<uint16_t>(kFirstPort + parts_.random.uniform(kPorts));
    bool is_free = true;
    for (size_t i = 0; i < count && is_free; ++i)
      is_free = check_port_free(static_cast<uint16_t>(first + i)).ok();
    if (is_free) return first;
  }
  return Error{ErrorCode::kConflict, "no " + std::to_string(count) + " ports in a row are free"};
}

Result<void> OwnDeployment::spawn() {
  COFFER_ASSIGN(const uint16_t port, free_ports());
  const std::string log = join_path(directory_, "output.log");
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (output < 0) return Error{ErrorCode::kIo, "cannot write " + log + ": " + errno_text(errno)};
  const Result<pid_t> pid = spawn_self({"dev", "--data", join_path(directory_, "data"), "--port", std::to_string(port),
                                        "--regions", names_of(parts_.regions)},
                                       output);
  ::close(output);
  if (!pid.ok()) return Error{ErrorCode::kIo, "cannot start a deployment: " + pid.error().message};
  pid_ = *pid;
  return {};
}

Result<void> OwnDeployment::wait_ready() {
  const std::string socket = join_path(directory_, "data/control.sock");
  const Duration deadline = parts_.clock.monotonic() + kStartTimeout;
  for (;;) {
    if (has_ended()) {
      return Error{ErrorCode::kIo,
                   "the deployment did not start: " + read_file_tail(join_path(directory_, "output.log"), 0)};
    }
    // It is opened last of all.
    wire::Document answer;
    const LocalCall status{.target = "/status", .is_given_up = parts_.interrupt.asker(cli::Heed::kFirst)};
    if (path_exists(socket) && call_local(socket, status, answer).ok()) return {};
    if (parts_.clock.monotonic() > deadline) return Error{ErrorCode::kTimeout, "the deployment did not become ready"};
    if (!parts_.interrupt.pause(kPoll, cli::Heed::kFirst)) return Error{ErrorCode::kAborted, "asked to stop"};
  }
}

bool OwnDeployment::has_ended() {
  int status = 0;
  if (pid_ == 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return pid_ == 0;
  exit_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : exit_status(ExitCode::kFailure);
  pid_ = 0;
  return true;
}

void OwnDeployment::stop() {
  for (const int signal : {SIGTERM, SIGKILL}) {
    if (has_ended()) return;
    ::kill(pid_, signal);
    const Duration deadline = parts_.clock.monotonic() + kStopTimeout;
    const auto is_patient = [&] {
      const bool is_hurried = signal == SIGTERM && parts_.interrupt.is_asked(cli::Heed::kSecond);
      return parts_.clock.monotonic() < deadline && !is_hurried;
    };
    while (!has_ended() && is_patient())
      std::this_thread::sleep_for(kPoll);
  }
}

}  // namespace coffer::server
