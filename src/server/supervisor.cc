#include "server/supervisor.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "net/http_client.h"
#include "server/process.h"

namespace coffer::server {
namespace {

// A region stops in less, see RegionNode::stop(): a kill in the middle of it would only cost time at the next start.
constexpr Duration kStopGrace = std::chrono::seconds(30);
constexpr off_t kMaxOutputBytes = 512 * 1024;
constexpr Duration kPoll = std::chrono::milliseconds(20);

std::string pid_file(const Deployment& deployment, const Region& region) {
  return deployment.region_file(region, "pid");
}

// The process of an earlier run, if it still is one: pids are reused, so its command line must name the configuration.
std::optional<pid_t> leftover(const Deployment& deployment, const Region& region) {
  const auto text = read_text_file(pid_file(deployment, region));
  if (!text.ok()) return std::nullopt;
  const pid_t pid = std::atoi(text->c_str());
  if (pid <= 0) return std::nullopt;
  const auto command = read_text_file("/proc/" + std::to_string(pid) + "/cmdline");
  if (!command.ok() || command->find(deployment.region_file(region, "coffer.toml")) == std::string::npos)
    return std::nullopt;
  return pid;
}

}  // namespace

Supervisor::Supervisor(const Deployment& deployment, const Clock& clock, Pause pause)
    : deployment_(deployment), clock_(clock), pause_(std::move(pause)) {
  for (const Region& region : deployment.regions)
    children_.push_back({.region = region});
}

Supervisor::~Supervisor() {
  for (Child& child : children_) {
    if (child.pid == 0) continue;
    ::kill(child.pid, SIGKILL);
    ::waitpid(child.pid, nullptr, 0);
  }
}

Result<void> Supervisor::wait_for_leftovers() {
  for (const Region& region : deployment_.regions) {
    std::optional<pid_t> pid;
    wait_gone([&] { return !(pid = leftover(deployment_, region)); }, kStopGrace, true);
    if (pid) {
      return Error{ErrorCode::kPermission, "region " + region.text() + " of an earlier run is still running (pid " +
                                               std::to_string(*pid) + "); stop it with: kill " + std::to_string(*pid)};
    }
  }
  return {};
}

void Supervisor::add(const Region& region) {
  const std::lock_guard lock(mutex_);
  children_.push_back({.region = region});
}

void Supervisor::remove(const Region& region) {
  const std::lock_guard lock(mutex_);
  std::erase_if(children_, [&region](const Child& child) { return child.region == region; });
}

Result<void> Supervisor::spawn(const Region& region) {
  Child* child = find(region);
  if (child == nullptr) return Error{ErrorCode::kUsage, "this deployment has no region " + region.text()};
  collect_all();
  if (child->pid != 0) return Error{ErrorCode::kUsage, "region " + region.text() + " is running already"};
  const std::string config = deployment_.region_file(region, "coffer.toml");
  const std::string log = deployment_.region_file(region, "output.log");
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (output < 0) return Error{ErrorCode::kIo, "cannot write " + log + ": " + errno_text(errno)};
  off_t start = ::lseek(output, 0, SEEK_END);
  // What earlier runs printed is kept, but not for ever.
  if (start > kMaxOutputBytes && ::ftruncate(output, 0) == 0) start = 0;
  const Result<pid_t> pid = spawn_self({"serve", "--config", config}, output);
  ::close(output);
  if (!pid.ok()) return Error{ErrorCode::kIo, "cannot start region " + region.text() + ": " + pid.error().message};
  {
    std::lock_guard lock(mutex_);
    child->pid = *pid;
    child->stopping = false;
    child->output_start = start;
  }
  return write_private_file(pid_file(deployment_, region), std::to_string(*pid) + "\n");
}

Result<void> Supervisor::wait_ready(const Region& region, Duration timeout) {
  const Child* child = find(region);
  const Duration deadline = clock_.monotonic() + timeout;
  for (;;) {
    collect_all();
    if (child == nullptr || child->pid == 0) return Error{ErrorCode::kAborted, "region " + region.text() + " ended"};
    if (answers(region)) return {};
    if (clock_.monotonic() > deadline) {
      return Error{ErrorCode::kTimeout, "region " + region.text() + " did not become ready; see " +
                                            deployment_.region_file(region, "log.jsonl")};
    }
    if (!pause_(kPoll)) return Error{ErrorCode::kAborted, "asked to stop"};
  }
}

Result<void> Supervisor::stop(const Region& region, StopHow how) {
  Child* child = find(region);
  if (child == nullptr) return Error{ErrorCode::kUsage, "this deployment has no region " + region.text()};
  collect_all();
  if (child->pid == 0) return Error{ErrorCode::kNotFound, "region " + region.text() + " is not running"};
  signal_child(*child, how == StopHow::kKill ? SIGKILL : SIGTERM);
  auto gone = [&] {
    collect(*child);
    return child->pid == 0;
  };
  if (wait_gone(gone, kStopGrace, false)) return {};
  signal_child(*child, SIGKILL);
  wait_gone(gone, kStopGrace, false);
  return {};
}

void Supervisor::stop_all() {
  auto gone = [this] {
    bool all = true;
    for (Child& child : children_) {
      collect(child);
      all = all && child.pid == 0;
    }
    return all;
  };
  for (int signal : {SIGTERM, SIGKILL}) {
    for (Child& child : children_) {
      if (child.pid != 0) signal_child(child, signal);
    }
    if (wait_gone(gone, kStopGrace, false)) return;
  }
}

std::vector<Supervisor::Ended> Supervisor::reap() {
  collect_all();
  return std::exchange(ended_, {});
}

std::vector<Supervisor::RegionStatus> Supervisor::snapshot() const {
  std::lock_guard lock(mutex_);
  std::vector<RegionStatus> regions;
  for (const Child& child : children_)
    regions.push_back({child.region, child.pid});
  return regions;
}

Supervisor::Child* Supervisor::find(const Region& region) {
  for (Child& child : children_) {
    if (child.region == region) return &child;
  }
  return nullptr;
}

bool Supervisor::answers(const Region& region) const {
  net::ClientOptions options;
  options.port = deployment_.api_port(region);
  options.connect_timeout = std::chrono::seconds(1);
  net::ClientRequest request;
  request.method = "GET";
  request.target = "/health";
  const auto response = net::HttpClient::make(options)->send(request, std::chrono::seconds(2));
  return response.ok() && response->status == 200;
}

void Supervisor::signal_child(Child& child, int signal) {
  child.stopping = true;
  ::kill(child.pid, signal);
}

// Buries the child if it has ended. The answer is empty while it lives, and when it was told to end.
std::optional<Supervisor::Ended> Supervisor::collect(Child& child) {
  if (child.pid == 0) return std::nullopt;
  int status = 0;
  if (::waitpid(child.pid, &status, WNOHANG) != child.pid) return std::nullopt;
  Ended ended{.region = child.region, .pid = child.pid, .how = ""};
  if (WIFSIGNALED(status)) {
    ended.how = "was killed by signal " + std::to_string(WTERMSIG(status));
  } else {
    ended.exit_status = WEXITSTATUS(status);
    const std::string words = last_words(child);
    ended.how = words.empty() ? "exited with " + std::to_string(ended.exit_status) : words;
  }
  const bool asked = child.stopping;
  {
    std::lock_guard lock(mutex_);
    child.pid = 0;
    child.stopping = false;
  }
  ::unlink(pid_file(deployment_, child.region).c_str());
  if (asked) return std::nullopt;
  return ended;
}

// A process may have ended since anybody looked: no answer may rest on what was known before.
void Supervisor::collect_all() {
  for (Child& child : children_) {
    if (auto ended = collect(child)) ended_.push_back(std::move(*ended));
  }
}

bool Supervisor::wait_gone(const std::function<bool()>& gone, Duration timeout, bool stop_early) {
  const Duration deadline = clock_.monotonic() + timeout;
  while (!gone()) {
    if (clock_.monotonic() > deadline) return false;
    if (!pause_(kPoll) && stop_early) return false;
  }
  return true;
}

// The last line that this run of the child wrote to its standard error, without the "coffer: " in front.
std::string Supervisor::last_words(const Child& child) const {
  const std::string output = read_file_tail(deployment_.region_file(child.region, "output.log"), child.output_start);
  std::string_view text = output;
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  text.remove_prefix(text.rfind('\n') == std::string_view::npos ? 0 : text.rfind('\n') + 1);
  if (text.starts_with("coffer: ")) text.remove_prefix(8);
  return std::string(text);
}

}  // namespace coffer::server
