#include "server/dev_regions.h"

#include "server/json_door.h"

namespace coffer::server {

Result<client::Credentials> root_credentials(const Deployment& deployment, const Region& home,
                                             const std::function<bool()>& is_given_up) {
  const std::string target = "/accounts/" + deployment.account.text() + "/root-credentials";
  wire::Document answer;
  COFFER_TRY(call_local(deployment.admin_socket(home), {.target = target, .is_given_up = is_given_up}, answer));
  return client::Credentials{.access_key_id = std::string(text_member(answer.root(), "AccessKeyId")),
                             .secret_access_key = SecretBytes::copy_of(text_member(answer.root(), "SecretAccessKey")),
                             .session_token = {}};
}

DevRegions::DevRegions(const Deployment& deployment, client::Credentials credentials, const Clock& clock)
    : deployment_(deployment),
      calls_([&deployment, &clock, held = std::make_shared<client::Credentials>(std::move(credentials))](
                 const std::string& name) -> Result<std::unique_ptr<client::SignedClient>> {
        const Region region = *Region::parse(name);
        client::Settings settings{
            .endpoint = {.scheme = client::Scheme::kHttp, .host = "127.0.0.1", .port = deployment.api_port(region)},
            .region = region,
            .credentials = {.access_key_id = held->access_key_id,
                            .secret_access_key = held->secret_access_key.clone(),
                            .session_token = {}},
            .ca_file = {}};
        auto http = net::HttpClient::make(client::connection_options(settings));
        return std::make_unique<client::SignedClient>(std::move(settings), std::move(http), clock);
      }) {}

Result<void> DevRegions::call_others(const Region& region, std::string_view operation, const std::string& body) {
  for (const Region& other : deployment_.regions) {
    if (other == region) continue;
    wire::Document answer;
    COFFER_TRY(calls_.call(other.text(), operation, body, answer));
  }
  return {};
}

std::string DevRegions::place_of(const Region& region, bool is_dry_run) const {
  cli::JsonObject body;
  body.add("Region", region.text()).add("Host", "127.0.0.1").add("Port", int64_t{deployment_.link_port(region)});
  return body.add("DryRun", is_dry_run).text();
}

Result<void> DevRegions::tell_of(const Region& region) {
  COFFER_TRY(call_others(region, "AddRegion", place_of(region, true)));
  return call_others(region, "AddRegion", place_of(region, false));
}

Result<void> DevRegions::tell(const Region& region) {
  for (const Region& other : deployment_.regions) {
    if (other == region) continue;
    wire::Document answer;
    COFFER_TRY(calls_.call(region.text(), "AddRegion", place_of(other, false), answer));
  }
  return {};
}

Result<void> DevRegions::take_out(const Region& region, bool is_lost) {
  for (const bool is_dry_run : {true, false}) {
    cli::JsonObject body;
    body.add("Region", region.text()).add("Lost", is_lost).add("DryRun", is_dry_run);
    COFFER_TRY(call_others(region, "RemoveRegion", body.text()));
  }
  return {};
}

}  // namespace coffer::server
