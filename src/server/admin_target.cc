#include "server/admin_target.h"

#include <unistd.h>

#include <cstdio>

#include "server/config.h"
#include "server/exit_codes.h"

namespace coffer::server {
namespace {

constexpr Duration kStatusTimeout = std::chrono::seconds(3);

void read_line(std::string& line) {
  for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar())
    line.push_back(static_cast<char>(c));
}

}  // namespace

Region home_of(const Deployment& deployment) {
  Region home = deployment.home();
  int64_t newest = 0;
  for (const Region& region : deployment.regions) {
    wire::Document status;
    const LocalCall call{.target = "/status", .timeout = kStatusTimeout};
    if (!call_local(deployment.admin_socket(region), call, status).ok()) continue;
    const auto named = Region::parse(text_member(status.root(), "home"));
    const int64_t epoch = integer_member(status.root(), "epoch");
    if (!named || !deployment.has(*named) || epoch <= newest) continue;
    home = *named;
    newest = epoch;
  }
  return home;
}

Result<std::string> admin_socket_of(const AdminTarget& target) {
  const std::string socket = target.config.empty() ? admin_socket_in(absolute_path(target.data)) : "";
  const bool is_one_region = !target.config.empty() || path_exists(socket);
  if (is_one_region && target.region) {
    return Error{ErrorCode::kUsage, "--region chooses among the regions of a deployment in --data; this is one region"};
  }
  if (!target.config.empty()) {
    COFFER_ASSIGN(const auto config, load_region_config(target.config));
    return config.admin_socket();
  }
  if (is_one_region) return socket;
  COFFER_ASSIGN(const auto deployment, read_deployment(target.data));
  if (!target.region) return deployment.admin_socket(home_of(deployment));
  if (deployment.has(*target.region)) return deployment.admin_socket(*target.region);
  return Error{ErrorCode::kUsage,
               "the deployment in " + deployment.directory + " has no region " + target.region->text()};
}

Result<void> call_region(const AdminTarget& target, const LocalCall& call, wire::Document& answer) {
  COFFER_ASSIGN(const std::string socket, admin_socket_of(target));
  const Result<void> done = call_local(socket, call, answer);
  if (done.ok() || !nobody_answered(done.error())) return done;
  return Error{ErrorCode::kNotFound, "the region is not running: " + done.error().message};
}

int print_json(const wire::Value& value) {
  SecretBuffer text;
  wire::JsonEncoder out(text);
  write_value(value, out);
  text.push_back('\n');
  std::fwrite(text.data(), 1, text.size(), stdout);
  return std::fflush(stdout) == 0 ? exit_status(ExitCode::kOk)
                                  : report_failure(ExitCode::kFailure, "cannot write the answer");
}

Result<void> confirm(const std::string& question, Consent consent) {
  if (consent == Consent::kYes) return {};
  if (::isatty(STDIN_FILENO) != 1) {
    return Error{ErrorCode::kUsage, "this asks for confirmation, and there is no terminal to ask on; --yes confirms"};
  }
  std::fprintf(stderr, "%s [y/N] ", question.c_str());
  std::fflush(stderr);
  std::string line;
  read_line(line);
  if (line == "y" || line == "Y" || line == "yes") return {};
  return Error{ErrorCode::kAborted, "nothing was changed"};
}

}  // namespace coffer::server
