#include "server/dev_deployment.h"

#include <unistd.h>

#include <cstdio>
#include <memory>

#include "base/log.h"
#include "net/http_server.h"
#include "server/admin_target.h"
#include "server/control.h"
#include "server/dev_regions.h"
#include "server/exit_codes.h"
#include "server/gateway.h"
#include "server/json_door.h"
#include "server/ports.h"
#include "server/supervisor.h"
#include "wire/value.h"

namespace coffer::server {
namespace {

constexpr Duration kStartTimeout = std::chrono::seconds(120);
constexpr Duration kAccountTimeout = std::chrono::seconds(60);
constexpr Duration kPoll = std::chrono::milliseconds(20);
constexpr Duration kServerGrace = std::chrono::seconds(2);
constexpr std::string_view kAccountName = "dev";

std::string start_again(const Deployment& deployment, const Region& region) {
  return "start it again with: " + start_command(deployment, region);
}

class LocalDeployment {
 public:
  LocalDeployment(Deployment deployment, Signals& signals, const Clock& clock, Random& random)
      : deployment_(std::move(deployment)),
        signals_(signals),
        clock_(clock),
        random_(random),
        log_(clock, STDERR_FILENO, LogLevel::kError),
        supervisor_(deployment_, clock, [&signals](Duration time) { return signals.wait(time); }),
        control_(deployment_, supervisor_, [&signals] { signals.wake(); }) {}

  // Everything up to "ready". On failure the exit status of a region that did not start is in region_exit().
  Result<void> start() {
    COFFER_TRY(supervisor_.wait_for_leftovers());
    COFFER_TRY(check_all_ports());
    COFFER_TRY(prepare_deployment(deployment_, clock_, random_));
    COFFER_TRY(start_regions());
    COFFER_TRY(heed_removals());
    COFFER_TRY(provide_account());
    remind_of_moved_regions();
    COFFER_TRY(open_doors());
    print_welcome();
    return {};
  }

  void run() {
    // SIGHUP: the terminal has been closed.
    while (!signals_.stop_asked() && !signals_.take_reload()) {
      while (auto command = control_.next()) {
        // Before the command, which may start the region again.
        report_ended();
        execute(std::move(*command));
      }
      report_ended();
      signals_.wait(std::chrono::milliseconds(-1));
    }
  }

  void stop() {
    control_.close();
    if (gateway_server_) gateway_server_->stop(kServerGrace);
    if (control_server_) control_server_->stop(kServerGrace);
    supervisor_.stop_all();
  }

  int region_exit() const { return region_exit_; }

 private:
  Result<void> check_all_ports() const {
    COFFER_TRY(check_port_free(deployment_.port));
    for (const Region& region : deployment_.regions)
      COFFER_TRY(check_ports_of(deployment_, region));
    return {};
  }

  static Result<void> check_ports_of(const Deployment& deployment, const Region& region) {
    COFFER_TRY(check_port_free(deployment.api_port(region)));
    return check_port_free(deployment.link_port(region));
  }

  // Regions decide who belongs to them, and DIR/deployment.toml only follows: `coffer region remove` does not know it,
  // and this process may have ended before it wrote down what all had agreed to.
  Result<void> heed_removals() {
    COFFER_ASSIGN(const Removers removers, removed_regions(deployment_));
    const Region home = home_of(deployment_);
    while (const auto region = removed_by_all(deployment_, removers, home)) {
      COFFER_TRY(leave_out(*region));
      std::printf("region %s was removed by all that remain and is left out; its data stays where it is\n",
                  region->text().c_str());
    }
    for (const auto& [region, by] : removers) {
      if (deployment_.has(region)) warn_of_removal(region, by);
    }
    return {};
  }

  void warn_of_removal(const Region& region, const std::vector<Region>& by) const {
    std::string names;
    for (const Region& other : by) {
      if (deployment_.has(other)) names += (names.empty() ? "" : ", ") + other.text();
    }
    if (names.empty()) return;
    const std::string command = "-region " + region.text() + " --data " + shell_word(deployment_.directory);
    std::fprintf(stderr,
                 "coffer: %s was removed in %s and not in the others: coffer dev remove%s goes on, coffer dev add%s "
                 "takes it back\n",
                 region.text().c_str(), names.c_str(), command.c_str(), command.c_str());
  }

  // Regions remember where one that was added is, and --port moves all.
  void remind_of_moved_regions() {
    if (deployment_.offsets.empty()) return;
    for (const Region& region : deployment_.regions) {
      const Result<void> told = calls([&](DevRegions& regions) { return regions.tell_of_move(region); });
      if (told.ok()) continue;
      std::fprintf(stderr, "coffer: not every region knows where %s is: %s\n", region.text().c_str(),
                   told.error().message.c_str());
    }
  }

  // Asks regions as the root user of the account.
  Result<void> calls(const std::function<Result<void>(DevRegions&)>& ask) {
    COFFER_ASSIGN(client::Credentials credentials, root_credentials(deployment_, home_of(deployment_), {}));
    DevRegions regions(deployment_, std::move(credentials), clock_);
    return ask(regions);
  }

  Result<void> add(const Region& region) {
    const Deployment before = deployment_;
    const bool is_new = !deployment_.has(region);
    if (is_new) {
      Deployment larger = with_region(deployment_, region);
      COFFER_TRY(check_ports(larger));
      COFFER_TRY(check_ports_of(larger, region));
      COFFER_TRY(prepare_deployment(larger, clock_, random_));
      deployment_ = std::move(larger);
      supervisor_.add(region);
    }
    Result<void> added = start_and_tell_of(region);
    if (!added.ok() && is_new) {
      (void)supervisor_.stop(region, StopHow::kTerminate);
      supervisor_.remove(region);
      deployment_ = before;
      COFFER_TRY(prepare_deployment(deployment_, clock_, random_));
    }
    if (!added.ok()) return added;
    control_.set_deployment(deployment_);
    gateway_->add({region, deployment_.api_port(region), start_again(deployment_, region)});
    return write_env();
  }

  Result<void> start_and_tell_of(const Region& region) {
    for (const Supervisor::RegionStatus& status : supervisor_.snapshot()) {
      if (status.region != region || status.pid != 0) continue;
      COFFER_TRY(supervisor_.spawn(region));
      COFFER_TRY(wait_ready(region));
    }
    COFFER_TRY(calls([&](DevRegions& regions) { return regions.tell_of(region); }));
    COFFER_TRY(wait_for_account(region));
    // It may have been told to remove one that has come again while it was away.
    return calls([&](DevRegions& regions) { return regions.tell(region); });
  }

  Result<void> remove(const Region& region, bool is_lost) {
    if (deployment_.regions.size() == 1) return Error{ErrorCode::kUsage, "it is the only region"};
    COFFER_TRY(calls([&](DevRegions& regions) { return regions.take_out(region, is_lost); }));
    gateway_->remove(region);
    COFFER_TRY(leave_out(region));
    return write_env();
  }

  Result<void> leave_out(const Region& region) {
    (void)supervisor_.stop(region, StopHow::kTerminate);  // it may be stopped already
    supervisor_.remove(region);
    deployment_ = without_region(deployment_, region);
    control_.set_deployment(deployment_);
    return prepare_deployment(deployment_, clock_, random_);
  }

  Result<void> start_regions() {
    for (const Region& region : deployment_.regions)
      COFFER_TRY(supervisor_.spawn(region));
    for (const Region& region : deployment_.regions)
      COFFER_TRY(wait_ready(region));
    return {};
  }

  Result<void> wait_ready(const Region& region) {
    auto ready = supervisor_.wait_ready(region, kStartTimeout);
    if (ready.ok()) return ready;
    std::string why;
    for (const Supervisor::Ended& ended : supervisor_.reap()) {
      why += (why.empty() ? "region " : "; region ") + ended.region.text() + " did not start: " + ended.how;
      region_exit_ = ended.exit_status;
    }
    return why.empty() ? ready : Error{ErrorCode::kIo, why};
  }

  // The account exists, every region knows it, and DIR/env tells its key.
  Result<void> provide_account() {
    const std::string home = deployment_.admin_socket(home_of(deployment_));
    COFFER_ASSIGN(const bool exists, knows_account(home));
    wire::Document answer;
    if (!exists) {
      const std::string body =
          "{\"name\":" + toml_text(kAccountName) + ",\"id\":" + toml_text(deployment_.account.text()) + "}";
      COFFER_TRY(call_local(home, {.method = "POST", .target = "/accounts", .body = body}, answer));
    }
    COFFER_TRY(write_env());
    for (const Region& region : deployment_.regions)
      COFFER_TRY(wait_for_account(region));
    return {};
  }

  Result<void> write_env() const {
    COFFER_ASSIGN(const client::Credentials credentials, root_credentials(deployment_, home_of(deployment_), {}));
    constexpr SecretAccess kEnv("the credentials of a local deployment are for its owner, in DIR/env");
    return write_env_file(deployment_, {.access_key_id = credentials.access_key_id,
                                        .secret_access_key = credentials.secret_access_key.view(kEnv)});
  }

  Result<bool> knows_account(const std::string& admin_socket) const {
    wire::Document answer;
    COFFER_TRY(call_local(admin_socket, {.target = "/accounts"}, answer));
    if (answer.root().kind() != wire::Kind::kList)
      return Error{ErrorCode::kIo, "no list of accounts from " + admin_socket};
    for (const wire::Value& account : answer.root().as_list()) {
      if (text_member(account, "AccountId") == deployment_.account.text()) return true;
    }
    return false;
  }

  Result<void> wait_for_account(const Region& region) {
    const Duration deadline = clock_.monotonic() + kAccountTimeout;
    for (;;) {
      COFFER_ASSIGN(const bool known, knows_account(deployment_.admin_socket(region)));
      if (known) return {};
      if (clock_.monotonic() > deadline) {
        return Error{ErrorCode::kTimeout, "account " + deployment_.account.text() + " did not reach " + region.text() +
                                              "; see " + deployment_.region_file(deployment_.home(), "log.jsonl")};
      }
      if (!signals_.wait(kPoll)) return Error{ErrorCode::kAborted, "asked to stop"};
    }
  }

  Result<void> open_doors() {
    Gateway::Options options;
    for (const Region& region : deployment_.regions) {
      options.targets.push_back({region, deployment_.api_port(region), start_again(deployment_, region)});
    }
    options.make_client = connect_to_region;
    gateway_ = std::make_unique<Gateway>(std::move(options), random_);
    net::ServerOptions gateway;
    gateway.port = deployment_.port;
    COFFER_ASSIGN(gateway_server_, net::HttpServer::start(gateway, *gateway_, clock_, log_));
    net::ServerOptions control;
    control.unix_path = deployment_.control_socket();
    COFFER_ASSIGN(control_server_, net::HttpServer::start(control, control_, clock_, log_));
    return {};
  }

  void print_welcome() const {
    const std::string& home = deployment_.home().text();
    const std::string& replica = deployment_.regions.back().text();
    const std::string env = shell_word(deployment_.env_file());
    const std::string aws = "  aws --endpoint-url " + deployment_.endpoint() + " --region ";
    std::string names, endpoints;
    for (const Region& region : deployment_.regions) {
      names += (names.empty() ? "" : ", ") + region.text();
      endpoints += "               " + deployment_.endpoint(region) + "   (" + region.text() + " alone)\n";
    }
    std::string text = "Coffer is ready: " + names + "\n";
    text += "  endpoint     " + deployment_.endpoint() + "   (every region; the signature names the one you mean)\n";
    text += endpoints + "  credentials  . " + env + "\n\nIn another terminal:\n\n  . " + env + "\n";
    text += aws + home + " secretsmanager create-secret --name demo --secret-string s3cr3t";
    text += (deployment_.regions.size() > 1 ? " --add-replica-regions Region=" + replica : "") + "\n";
    text += aws + home + " secretsmanager describe-secret --secret-id demo\n";
    text += aws + replica + " secretsmanager get-secret-value --secret-id demo\n\n";
    text += "Ctrl-C stops every region.\n";
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
  }

  void report_ended() {
    for (const Supervisor::Ended& ended : supervisor_.reap()) {
      std::fprintf(stderr, "coffer: region %s (pid %d) ended: %s; %s\n", ended.region.text().c_str(),
                   static_cast<int>(ended.pid), ended.how.c_str(), start_again(deployment_, ended.region).c_str());
    }
  }

  void execute(ControlDoor::Command command) {
    const std::string name = command.region.text();
    Result<void> done;
    const char* event = "stopped";
    switch (command.verb) {
      case ControlDoor::Verb::kStop:
        done = supervisor_.stop(command.region, StopHow::kTerminate);
        break;
      case ControlDoor::Verb::kKill:
        done = supervisor_.stop(command.region, StopHow::kKill);
        break;
      case ControlDoor::Verb::kStart:
        event = "started";
        done = supervisor_.spawn(command.region);
        if (done.ok()) done = wait_ready(command.region);
        break;
      case ControlDoor::Verb::kAdd:
        event = "added";
        done = add(command.region);
        break;
      case ControlDoor::Verb::kRemove:
      case ControlDoor::Verb::kRemoveLost:
        event = "removed; its data stays where it is";
        done = remove(command.region, command.verb == ControlDoor::Verb::kRemoveLost);
        break;
    }
    if (done.ok()) {
      std::printf("region %s %s\n", name.c_str(), event);
      std::fflush(stdout);
    }
    answer_command(std::move(command), done);
  }

  Deployment deployment_;  // changed by the main thread only
  Signals& signals_;
  const Clock& clock_;
  Random& random_;
  const Log log_;  // of the two local servers; regions have their own
  Supervisor supervisor_;
  ControlDoor control_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<net::HttpServer> gateway_server_;
  std::unique_ptr<net::HttpServer> control_server_;
  int region_exit_ = 0;
};

}  // namespace

int run_dev(const DeploymentRequest& request, Signals signals, const Clock& clock, Random& random) {
  const auto lock = lock_deployment(request.directory);
  if (!lock.ok())
    return report_failure(lock.error().code == ErrorCode::kIo ? ExitCode::kData : exit_code_of(lock.error().code),
                          lock.error().message);
  auto deployment = resolve_deployment(request);
  if (!deployment.ok()) return report_failure(deployment.error());
  LocalDeployment local(std::move(*deployment), signals, clock, random);
  const auto started = local.start();
  if (started.ok()) local.run();
  local.stop();
  if (started.ok() || signals.stop_asked()) return exit_status(ExitCode::kOk);
  const int status = report_failure(started.error());
  return local.region_exit() != 0 ? local.region_exit() : status;
}

}  // namespace coffer::server
