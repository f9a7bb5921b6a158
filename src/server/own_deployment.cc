#include "server/own_deployment.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "server/exit_codes.h"
#include "server/files.h"
#include "server/json_door.h"
#include "server/ports.h"
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

Result<std::string> make_temporary_directory() {
  std::error_code error;
  const std::string parent = std::filesystem::temp_directory_path(error).string();
  if (error) return Error{ErrorCode::kIo, "no directory for temporary files; set TMPDIR"};
  std::string path = join_path(parent, "coffer-drill-XXXXXX");
  if (::mkdtemp(path.data()) != nullptr) return path;
  return Error{ErrorCode::kIo, "cannot make " + path + ": " + errno_text(errno)};
}

std::string names_of(const std::vector<Region>& regions) {
  std::string names;
  for (const Region& region : regions)
    names += (names.empty() ? "" : ",") + region.text();
  return names;
}

}  // namespace

Result<std::unique_ptr<OwnDeployment>> OwnDeployment::start(const Parts& parts) {
  COFFER_ASSIGN(std::string directory, make_temporary_directory());
  std::unique_ptr<OwnDeployment> own(new OwnDeployment(parts, std::move(directory)));
  Result<void> ready = Error{ErrorCode::kConflict, "no ports are free"};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    COFFER_TRY(own->spawn());
    ready = own->wait_ready();
    if (ready.ok()) break;
    if (own->pid_ != 0 || own->exit_status_ != exit_status(ExitCode::kCannotListen)) return ready.error();
  }
  COFFER_TRY(ready);
  COFFER_ASSIGN(own->deployment_, read_deployment(join_path(own->directory_, "data")));
  COFFER_TRY(own->take_credentials());
  return own;
}

OwnDeployment::~OwnDeployment() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<void> OwnDeployment::command(const Region& region, const std::string& verb) const {
  wire::Document answer;
  const std::string target = "/regions/" + region.text() + "/" + verb;
  return call_local(deployment_.control_socket(), {.method = "POST", .target = target, .timeout = kCommandTimeout},
                    answer);
}

client::Settings OwnDeployment::settings(const Region& region) const {
  return {.endpoint = {.scheme = client::Scheme::kHttp, .host = "127.0.0.1", .port = deployment_.api_port(region)},
          .region = region,
          .credentials = {.access_key_id = credentials_.access_key_id,
                          .secret_access_key = credentials_.secret_access_key.clone(),
                          .session_token = {}},
          .ca_file = {}};
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
    if (path_exists(socket) && call_local(socket, {.target = "/status"}, answer).ok()) return {};
    if (parts_.clock.monotonic() > deadline) return Error{ErrorCode::kTimeout, "the deployment did not become ready"};
    if (!parts_.signals.wait(kPoll)) return Error{ErrorCode::kAborted, "asked to stop"};
  }
}

Result<void> OwnDeployment::take_credentials() {
  const std::string target = "/accounts/" + deployment_.account.text() + "/root-credentials";
  wire::Document answer;
  COFFER_TRY(call_local(deployment_.admin_socket(deployment_.home()), {.target = target}, answer));
  credentials_.access_key_id = text_member(answer.root(), "AccessKeyId");
  credentials_.secret_access_key = SecretBytes::copy_of(text_member(answer.root(), "SecretAccessKey"));
  return {};
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
    while (!has_ended() && parts_.clock.monotonic() < deadline)
      parts_.signals.wait(kPoll);
  }
}

}  // namespace coffer::server
