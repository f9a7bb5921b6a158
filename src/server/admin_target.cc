#include "server/admin_target.h"

#include "server/config.h"

namespace coffer::server {
namespace {

constexpr Duration kStatusTimeout = std::chrono::seconds(3);

}  // namespace

Region home_of(const Deployment& deployment, const std::function<bool()>& is_given_up) {
  Region home = deployment.home();
  int64_t newest = 0;
  for (const Region& region : deployment.regions) {
    wire::Document status;
    const LocalCall call{.target = "/status", .timeout = kStatusTimeout, .is_given_up = is_given_up};
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
  return print_answer(text.view());
}

}  // namespace coffer::server
