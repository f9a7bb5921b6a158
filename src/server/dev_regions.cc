#include "server/dev_regions.h"

#include <algorithm>

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

Result<Removers> removed_regions(const Deployment& deployment) {
  Removers removers;
  for (const Region& region : deployment.regions) {
    wire::Document status;
    COFFER_TRY(call_local(deployment.admin_socket(region), {.target = "/status"}, status));
    const auto links = list_member(status.root(), "links");
    for (const Region& other : deployment.regions) {
      // Its file names all others, so what it does not know it has removed.
      const bool is_known = other == region || std::ranges::any_of(links, [&other](const wire::Value& link) {
                              return text_member(link, "destination") == other.text();
                            });
      if (!is_known) removers[other].push_back(region);
    }
  }
  return removers;
}

std::optional<Region> removed_by_all(const Deployment& deployment, const Removers& removers, const Region& home) {
  const auto has_removed = [&removers](const Region& remover, const Region& region) {
    const auto found = removers.find(region);
    return found != removers.end() && std::ranges::find(found->second, remover) != found->second.end();
  };
  for (const auto& [region, by] : removers) {
    // Two that were lost together know each other still; what the home has removed does not count.
    const bool is_known = std::ranges::any_of(deployment.regions, [&](const Region& other) {
      return other != region && !has_removed(home, other) && !has_removed(other, region);
    });
    if (!is_known && region != home && deployment.has(region)) return region;
  }
  return std::nullopt;
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

Result<void> DevRegions::tell_of_move(const Region& region) {
  Result<void> all;
  for (const Region& other : deployment_.regions) {
    if (other == region) continue;
    // Whoever refuses keeps no other from hearing of it.
    const Result<void> told = tell_of_move(region, other);
    if (all.ok() && !told.ok()) all = told;
  }
  return all;
}

Result<void> DevRegions::tell_of_move(const Region& region, const Region& other) {
  wire::Document answer;
  COFFER_TRY(calls_.call(other.text(), "AddRegion", place_of(region, true), answer));
  if (text_member(answer.root(), "Result") != "Moved") return {};
  return calls_.call(other.text(), "AddRegion", place_of(region, false), answer);
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
