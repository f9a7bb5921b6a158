#include "server/deployment_access.h"

#include "net/http_client.h"
#include "server/admin_target.h"
#include "server/dev_regions.h"
#include "server/json_door.h"
#include "wire/value.h"

namespace coffer::server {

Result<DeploymentAccess> DeploymentAccess::open(const Deployment& deployment,
                                                const std::function<bool()>& is_given_up) {
  DeploymentAccess access(deployment);
  const Region home = home_of(deployment, is_given_up);
  auto credentials = root_credentials(deployment, home, is_given_up);
  if (!credentials.ok() && nobody_answered(credentials.error())) {
    return Error{ErrorCode::kNotFound, home.text() +
                                           " is the home of identities, which tells the root user's key, and " +
                                           "does not run; start it with: " + start_command(deployment, home)};
  }
  COFFER_ASSIGN(access.credentials_, std::move(credentials));
  return access;
}

cli::Deployment::Connect DeploymentAccess::connect(const Clock& clock, std::function<bool()> is_given_up) const {
  return [this, &clock, is_given_up](const std::string& name) -> Result<std::unique_ptr<client::SignedClient>> {
    const std::optional<Region> region = name.empty() ? deployment_.home() : Region::parse(name);
    if (!region || !deployment_.has(*region))
      return Error{ErrorCode::kUsage, "the deployment in " + deployment_.directory + " has no region " + name};
    client::Settings found = settings(*region);
    net::ClientOptions options = client::connection_options(found);
    options.is_given_up = is_given_up;
    return std::make_unique<client::SignedClient>(std::move(found), net::HttpClient::make(options), clock);
  };
}

client::Settings DeploymentAccess::settings(const Region& region) const {
  return {.endpoint = {.scheme = client::Scheme::kHttp, .host = "127.0.0.1", .port = deployment_.api_port(region)},
          .region = region,
          .credentials = {.access_key_id = credentials_.access_key_id,
                          .secret_access_key = credentials_.secret_access_key.clone(),
                          .session_token = {}},
          .ca_file = {}};
}

}  // namespace coffer::server
