#include "sim/site.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "api/error_reply.h"
#include "store/testing/temp_directory.h"
#include "wire/json.h"

namespace coffer::sim {
namespace {

constexpr uint16_t kPort = 4600;

// One root key file for all regions of the program.
const std::string& root_key_file() {
  static const store::testing::TempDirectory directory;
  static const std::string path = [] {
    SeededRandom random(1);
    must(seal::RootKey::generate_file(directory / "root.key", random));
    return directory / "root.key";
  }();
  return path;
}

std::unique_ptr<seal::RegionKey> open_region_key(store::Store& store, const Region& region, Random& random) {
  const seal::SealOptions options{
      .root_key = [](const crypto::ScryptParameters&) { return seal::RootKey::from_file(root_key_file()); },
      .region = region.text()};
  return std::make_unique<seal::RegionKey>(must(seal::RegionKey::open(store, options, random)));
}

std::vector<regions::Peer> peers(const std::vector<Region>& regions) {
  std::vector<regions::Peer> peers;
  for (const Region& region : regions)
    peers.push_back({region, {"simulated", kPort}});
  return peers;
}

class Wire final : public net::HttpClient {
 public:
  Wire(Network& network, Site& from, Site& to) : network_(network), from_(from), to_(to) {}
  Result<void> connect(Duration) override { return {}; }
  bool was_unread() const override { return false; }
  Result<net::ClientResponse> send(const net::ClientRequest& request, Duration) override {
    return network_.send(from_, to_, request.body);
  }

 private:
  Network& network_;
  Site& from_;
  Site& to_;
};

auth::Caller root_of(const AccountId& account) {
  return {.account = account,
          .kind = auth::PrincipalKind::kRoot,
          .arn = "arn:aws:iam::" + account.text() + ":root",
          .access_key = {},
          .user_id = account.text()};
}

}  // namespace

Process::Process(Environment& environment, Site& self, const std::vector<std::unique_ptr<Site>>& sites)
    : store(self.disk),
      regions(self.name),
      membership({.store = store,
                  .regions = regions,
                  .configured = peers(self.configured),
                  .has_link = true,
                  .clock = self.clock,
                  .log = environment.log}),
      region_key(open_region_key(store, self.name, environment.random)),
      keyring({store, *region_key, environment.random, self.clock, regions}),
      key_exchange(keyring),
      home({store, environment.random, regions, environment.regions.front()}),
      accounts({store, *region_key, environment.random, self.clock, home}),
      secrets({store, keyring, environment.random, self.clock, self.name}),
      lags(self.clock),
      identity_cache(store),
      identities(store, identity_cache),
      principals(accounts, identity_cache, identities),
      identity_store(
          {store, *region_key, environment.random, self.clock, identity_cache, identities, principals, home}),
      grants({keyring, {principals, identities}}),
      explanations(environment.log, 1 << 20),
      organizations(store),
      policy_authorizer({identity_cache, organizations, explanations, self.name, &accounts}),
      cross_account({policy_authorizer, identity_cache, organizations, keyring, grants, self.clock, self.name}),
      rooms{.secrets = secrets,
            .lags = lags,
            .keyring = keyring,
            .grants = grants,
            .principals = principals,
            .identities = identities,
            .random = environment.random,
            .region = self.name,
            .regions = regions,
            .cross_account = &cross_account},
      kms_rooms{keyring, grants, {principals, identities}, environment.random, self.name, regions},
      operator_rooms{explanations, regions,       home,      secrets, [] { return coffer_service::RegionReport(); },
                     &membership,  &key_exchange, {kAccount}},
      service(secretsmanager::make_service(rooms)),
      operator_service(coffer_service::make_service(operator_rooms)),
      kms_service(kms_service::make_service(kms_rooms)),
      account_states({store, *region_key, environment.random}),
      identity_states({store, *region_key, environment.random}),
      kinds{&account_states, &identity_states},
      states({store, home, kinds, environment.log, environment.operations}),
      applier(secrets, states, key_exchange),
      start(1 + environment.random.uniform(1U << 31)),
      wrapped(environment.wrap_applier ? environment.wrap_applier(applier, self) : nullptr),
      door({wrapped ? *wrapped : static_cast<replication::Applier&>(applier), lags, workers, environment.random,
            environment.log, regions, nullptr, start}),
      departures({store, secrets, key_exchange, membership, self.clock, environment.log}),
      copier({store, secrets, cross_account, self.clock, environment.random, environment.log, self.name}),
      environment_(environment),
      self_(self),
      sites_(sites) {
  must(membership.load());
  membership.set_follower(&links_);
  for (const regions::Peer& peer : membership.peers())
    open_way(peer.region);
}

void Process::open_way(const Region& region) {
  Site& to = **std::ranges::find(sites_, region, [](const auto& site) { return site->name; });
  auto link =
      std::make_unique<replication::RegionLink>(std::make_unique<Wire>(environment_.network, self_, to),
                                                replication::RegionLink::Ends{region, std::chrono::seconds(10), start});
  auto replicator = std::make_unique<replication::Replicator>(
      replication::Replicator::Parts{store, secrets, states, key_exchange, *link, self_.clock, environment_.random,
                                     environment_.log, region, self_.name});
  ways.push_back(std::make_shared<Way>(to, std::move(link), std::move(replicator)));
}

void Process::close_way(const Region& region) {
  const auto found = std::ranges::find(ways, region, [](const auto& way) { return way->to.name; });
  if (found == ways.end()) return;
  (*found)->replicator->stop();
  ending_[region] = *found;
  ways.erase(found);
}

Result<void> Process::Links::will_join(const Region& region) {
  if (process_.environment_.trusts_old_joins) return {};
  return process_.home.joins(region);
}

void Process::Links::joined(const regions::Peer& peer) {
  process_.door.end_session(peer.region);
  if (!process_.environment_.trusts_old_joins) (void)process_.home.joins(peer.region);
  process_.open_way(peer.region);
}

void Process::Links::moved(const regions::Peer& peer) {
  process_.close_way(peer.region);
  process_.open_way(peer.region);
}

void Process::Links::left(const Region& region) {
  process_.door.end_session(region);
  process_.close_way(region);
}

Answer Process::call(std::string_view operation, std::string_view input) {
  const bool is_secrets = std::ranges::count(service.operations, operation, &api::Operation::name) > 0;
  return ask(is_secrets ? service : operator_service, {kAccount, operation, input}, authorizer);
}

Answer Process::call_as(const AccountId& account, std::string_view operation, std::string_view input) {
  return ask(service, {account, operation, input}, policy_authorizer);
}

Answer Process::call_kms(const AccountId& account, std::string_view operation, std::string_view input) {
  return ask(kms_service, {account, operation, input}, authorizer);
}

Answer Process::ask(const api::Service& asked, const Request& request, const api::Authorizer& decides) {
  const Visit visit(self_);
  const auto card = std::ranges::find(asked.operations, request.operation, &api::Operation::name);
  if (card == asked.operations.end()) fail({ErrorCode::kUnknownOperation, std::string(request.operation)});
  wire::Document document;
  SecretBuffer output;
  wire::JsonEncoder encoder(output);
  std::optional<api::CopyLag> lag;
  const auth::Caller caller = root_of(request.account);
  const api::Invocation invocation{.caller = caller,
                                   .now = self_.clock.now(),
                                   .request_id = "simulated",
                                   .authorizer = decides,
                                   .begun = self_.clock.stopwatch(),
                                   .lag = &lag};
  Result<void> result = wire::parse_json(request.input, {}, document);
  if (!result.ok()) fail(result.error());
  result = card->run(invocation, asked.rooms, document.root(), encoder);
  if (result.ok()) return {.status = 200, .error = "", .message = "", .output = std::string(output.view()), .lag = lag};
  const Error& error = result.error();
  return {.status = http_status(api::public_code(error.code)),
          .error = std::string(error_name(error.code)),
          .message = error.message,
          .output = ""};
}

void fail(const Error& error) {
  std::fprintf(stderr, "simulation: %s: %s\n", std::string(error_name(error.code)).c_str(), error.message.c_str());
  std::abort();
}

}  // namespace coffer::sim
