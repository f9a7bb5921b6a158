#include "server/assembly.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "access/explained_denials.h"
#include "access/explanation_store.h"
#include "access/policy_authorizer.h"
#include "api/audit.h"
#include "api/front_door.h"
#include "base/region_list.h"
#include "base/worker_pool.h"
#include "home/arrivals.h"
#include "home/home_region.h"
#include "home/state_receiver.h"
#include "iam/access_key_uses.h"
#include "iam/account_states.h"
#include "iam/account_store.h"
#include "iam/active_accounts.h"
#include "iam/identities.h"
#include "iam/identity_cache.h"
#include "iam/identity_states.h"
#include "iam/identity_store.h"
#include "iam/long_term_credentials.h"
#include "iam/principals.h"
#include "kms/grants.h"
#include "kms/key_exchange.h"
#include "kms/key_rotation.h"
#include "kms/keyring.h"
#include "net/http_server.h"
#include "organizations/organization_states.h"
#include "regions/membership.h"
#include "replication/cross_account_copier.h"
#include "replication/departures.h"
#include "replication/forward_door.h"
#include "replication/home_forwarder.h"
#include "replication/home_survey.h"
#include "replication/peer_door.h"
#include "replication/runner.h"
#include "seal/region_key.h"
#include "secrets/secret_store.h"
#include "server/admin.h"
#include "server/chores.h"
#include "server/files.h"
#include "server/home_duties.h"
#include "server/identity_home.h"
#include "server/maintenance.h"
#include "server/memory.h"
#include "server/peer_links.h"
#include "server/version.h"
#include "services/coffer/rooms.h"
#include "services/iam/rooms.h"
#include "services/kms/rooms.h"
#include "services/organizations/rooms.h"
#include "services/secretsmanager/cross_account_permission.h"
#include "services/secretsmanager/rooms.h"
#include "services/sts/rooms.h"
#include "store/rocksdb_store.h"
#include "sts/https_key_fetcher.h"
#include "sts/provider_keys.h"
#include "sts/session_credentials.h"
#include "sts/session_issuer.h"
#include "sts/session_key_states.h"
#include "sts/session_keys.h"
#include "sts/web_identity.h"

namespace coffer::server {
namespace {

constexpr Duration kStopGrace = std::chrono::seconds(5);
// Regions and tools try again by themselves.
constexpr Duration kShortStopGrace = std::chrono::seconds(1);
constexpr size_t kQueuedRequests = 4096;
// Few: a scan keeps a core busy, and cores are for reads first.
constexpr size_t kScanners = 2;
constexpr size_t kQueuedScans = 64;
constexpr size_t kPeerWorkers = 8;
// Identities change seldom: few threads in each direction, so that a slow home keeps nothing else busy.
constexpr size_t kForwarders = 8;
constexpr size_t kQueuedForwards = 256;
constexpr size_t kExplanationBytes = 16 << 20;
// Any account may ask how the region is.
constexpr std::string_view kNotForAll =
    "some changes cannot be sent: the region's log says why, and ReplicationStatus of the secrets";

Error sealed(const Error& error) {
  return Error{ErrorCode::kSealed, error.message};
}

seal::SealOptions seal_options(const RegionConfig& config) {
  seal::SealOptions options;
  options.region = config.region.text();
  options.from_passphrase = !config.seal.passphrase_file.empty();
  options.root_key = [seal = config.seal](const crypto::ScryptParameters& parameters) -> Result<seal::RootKey> {
    if (seal.passphrase_file.empty()) {
      auto key = seal::RootKey::from_file(seal.root_key_file);
      return key.ok() ? std::move(key) : sealed(key.error());
    }
    auto passphrase = read_secret_file(seal.passphrase_file);
    if (!passphrase.ok()) return sealed(passphrase.error());
    auto key = seal::RootKey::from_passphrase(*passphrase, parameters);
    return key.ok() ? std::move(key) : sealed(key.error());
  };
  return options;
}

net::ServerOptions api_options(const RegionConfig& config) {
  net::ServerOptions options;
  options.address = config.listen.address;
  options.port = config.listen.port;
  options.threads =
      config.listen.threads != 0 ? config.listen.threads : std::max(1U, std::thread::hardware_concurrency());
  options.max_connections = config.limits.max_connections;
  options.max_buffered_bytes = config.limits.buffered_bytes;
  options.header_timeout = config.limits.header_timeout;
  options.body_timeout = config.limits.body_timeout;
  options.idle_timeout = config.limits.idle_timeout;
  if (config.tls) options.tls = net::TlsServerOptions{config.tls->certificate, config.tls->private_key, "", false};
  return options;
}

net::ServerOptions admin_options(const RegionConfig& config) {
  net::ServerOptions options;
  options.unix_path = config.admin_socket();
  options.max_connections = 64;
  return options;
}

net::ServerOptions link_options(const RegionConfig& config) {
  net::ServerOptions options;
  options.address = config.link->address;
  options.port = config.link->port;
  options.max_connections = 256;
  options.max_body_bytes = replication::kMaxFrameBytes;
  options.tls = net::TlsServerOptions{config.link->certificate, config.link->private_key, config.link->ca, true};
  return options;
}

// Of this process: docs/formats/region_link.md. Never 0.
uint64_t draw_start(Random& random) {
  uint64_t start = 0;
  while (start == 0)
    random.fill(std::as_writable_bytes(std::span(&start, 1)));
  return start;
}

// The service as the configuration limits it.
api::Service throttled(api::Service service, const RegionConfig& config) {
  if (!config.throttle.enabled) service.quotas.clear();
  for (api::RequestQuota& quota : service.quotas) {
    const auto given = std::ranges::find(config.throttle.quotas, quota.name, &api::RequestQuota::name);
    if (given != config.throttle.quotas.end()) quota.per_second = given->per_second;
  }
  return service;
}

// Identities have one home.
api::Service at_home(api::Service service) {
  service.writes = api::Writes::kAtHome;
  return service;
}

sts::LoopbackHttp loopback_http(const RegionConfig& config) {
  return config.oidc_loopback_http ? sts::LoopbackHttp::kAllowed : sts::LoopbackHttp::kRefused;
}

// Tells iam of the uses of users' long-term keys; nobody asks about others.
class NotedUses final : public api::KeyUses {
 public:
  NotedUses(iam::AccessKeyUses& uses, const Region& region) : uses_(uses), region_(region) {}

  void note(const auth::Caller& caller, std::string_view service, Time now) const override {
    if (caller.kind != auth::PrincipalKind::kUser || caller.session != nullptr) return;
    uses_.note(caller.access_key.text(), {now, region_.text(), service});
  }

 private:
  iam::AccessKeyUses& uses_;
  const Region& region_;
};

size_t cache_bytes(const RegionConfig& config) {
  return config.cache_bytes.value_or(usable_memory() / 4);
}

}  // namespace

// Members in the order in which they depend on each other; destroyed in reverse.
class RegionNode::Impl {
 public:
  Impl(Parts parts, std::unique_ptr<store::Store> store, seal::RegionKey region_key, std::unique_ptr<api::Audit> audit)
      : config_(std::move(parts.config)),
        clock_(parts.clock),
        random_(parts.random),
        log_(parts.log),
        start_(draw_start(random_)),
        store_(std::move(store)),
        regions_(config_.region),
        membership_({.store = *store_,
                     .regions = regions_,
                     .configured = configured_peers(config_),
                     .has_link = config_.link.has_value(),
                     .clock = clock_,
                     .log = log_}),
        links_(config_, start_),
        region_key_(std::move(region_key)),
        keyring_({*store_, region_key_, random_, clock_, regions_}),
        key_exchange_(keyring_),
        home_({*store_, random_, regions_, config_.home}),
        accounts_({*store_, region_key_, random_, clock_, home_}),
        secrets_({*store_, keyring_, random_, clock_, config_.region, cache_bytes(config_),
                  config_.limits.secrets_per_account}),
        lags_(clock_),
        identity_cache_(*store_),
        identities_(*store_, identity_cache_),
        principals_(accounts_, identity_cache_, identities_),
        grants_({keyring_, {principals_, identities_}}),
        rotator_(keyring_),
        identity_store_({*store_, region_key_, random_, clock_, identity_cache_, identities_, principals_, home_}),
        key_uses_(*store_),
        noted_uses_(key_uses_, config_.region),
        session_keys_({*store_, region_key_, random_, home_}),
        long_term_(*store_, region_key_, identity_cache_),
        sessions_({long_term_, session_keys_, identity_cache_}),
        credentials_(sessions_, accounts_),
        organizations_(*store_),
        key_fetcher_({.ca_file = config_.oidc_ca_file,
                      .loopback = loopback_http(config_),
                      .allowed_hosts = config_.oidc_allowed_hosts}),
        provider_keys_({key_fetcher_, clock_, log_}),
        explanations_(log_, kExplanationBytes),
        denials_(explanations_),
        web_identities_(
            {identity_cache_, organizations_, provider_keys_, config_.region, loopback_http(config_), &denials_}),
        session_issuer_(session_keys_, random_),
        authorizer_({identity_cache_, organizations_, explanations_, config_.region, &accounts_}),
        cross_account_({authorizer_, identity_cache_, organizations_, keyring_, grants_, clock_, config_.region}),
        secretsmanager_{secrets_,       lags_,   keyring_,       grants_,  principals_,
                        identities_,    random_, config_.region, regions_, config_.limits.replica_regions,
                        &cross_account_},
        kms_{keyring_, grants_, {principals_, identities_}, random_, config_.region, regions_},
        iam_{identity_store_, accounts_, key_uses_},
        coffer_{explanations_,
                regions_,
                home_,
                secrets_,
                [this] { return report(); },
                &membership_,
                &key_exchange_,
                config_.operator_accounts},
        organization_store_({*store_, random_, clock_, organizations_, home_}),
        organizations_service_{organization_store_, accounts_, identity_store_},
        sts_{identity_cache_, *store_, session_issuer_, web_identities_},
        audit_(std::move(audit)),
        workers_(config_.limits.worker_threads, kQueuedRequests),
        scanners_(kScanners, kQueuedScans),
        arrivals_(*store_),
        forwarder_({.home = home_,
                    .arrivals = arrivals_,
                    .clock = clock_,
                    .log = log_,
                    .make_client = [this](const Region& region) { return forward_client(region); }}),
        forwarders_(kForwarders, kQueuedForwards),
        front_door_({.region = config_.region,
                     .credentials = credentials_,
                     .authorizer = authorizer_,
                     .clock = clock_,
                     .random = random_,
                     .workers = workers_,
                     .scanners = scanners_,
                     .healthy = [this] { return store_->can_commit(); },
                     .audit = *audit_,
                     .log = log_,
                     .key_uses = &noted_uses_,
                     .uses_tls = config_.tls.has_value(),
                     .to_home = api::FrontDoor::ToHome{forwarder_, forwarders_}},
                    {throttled(secretsmanager::make_service(secretsmanager_), config_),
                     throttled(kms_service::make_service(kms_), config_),
                     at_home(throttled(iam_service::make_service(iam_), config_)),
                     throttled(sts_service::make_service(sts_), config_),
                     throttled(coffer_service::make_service(coffer_), config_),
                     at_home(throttled(organizations_service::make_service(organizations_service_), config_))}),
        account_states_({*store_, region_key_, random_}),
        identity_states_({*store_, region_key_, random_}),
        organization_states_(*store_),
        session_key_states_({*store_, region_key_, random_}),
        state_kinds_{&account_states_, &identity_states_, &organization_states_, &session_key_states_},
        states_({*store_, home_, state_kinds_, log_}),
        survey_({states_, [this] { return survey_peers(); }, log_}),
        home_duties_({home_, states_, session_keys_, organizations_service_, clock_}),
        applier_(secrets_, states_, key_exchange_),
        peer_workers_(kPeerWorkers, kQueuedRequests),
        forwarded_workers_(kForwarders, kQueuedForwards),
        forward_door_({front_door_, home_, *store_, state_kinds_, forwarded_workers_, clock_, log_,
                       [this] { return takes_forwards_.load(); }}),
        peer_door_({applier_, lags_, peer_workers_, random_, log_, regions_, &forward_door_, start_}),
        runner_({*store_, secrets_, states_, key_exchange_, clock_, random_, log_, config_.region,
                 config_.link ? config_.link->first_copies_per_second : 0}),
        peer_links_({links_, home_, runner_, peer_door_, forwarder_, log_}),
        departures_({*store_, secrets_, key_exchange_, membership_, clock_, log_}),
        cross_account_copier_({*store_, secrets_, cross_account_, clock_, random_, log_, config_.region}),
        maintenance_(region_chores({secrets_, keyring_, rotator_, key_uses_, &session_keys_, &home_duties_,
                                    &cross_account_copier_, &departures_, clock_}),
                     clock_, log_),
        identity_home_({config_.home, states_, accounts_, survey_, [this] { do_home_duties(); }}),
        admin_door_({config_.region, *store_, accounts_, organizations_service_, identity_home_,
                     [this] { return runner_.status(); }, workers_, clock_, log_}) {}

  // Before anything is answered: who is home is settled, and what a crash broke off is ended.
  Result<void> begin() {
    COFFER_TRY(membership_.load());
    membership_.set_follower(&peer_links_);
    for (const regions::Peer& peer : membership_.peers())
      runner_.add({peer.region, links_.replicating(peer)});
    COFFER_TRY(home_.start());
    COFFER_TRY(states_.settle_all());
    COFFER_ASSIGN(const home::Claim claim, home_.claim());
    COFFER_ASSIGN(const bool is_forgotten, home_.is_forgotten());
    if (is_forgotten) log_.error("home_forgotten", {{"home", claim.region.text()}, {"epoch", claim.epoch}});
    if (claim.region != config_.home) {
      log_.warning("home_is_not_the_configured_one",
                   {{"home", claim.region.text()}, {"epoch", claim.epoch}, {"configured", config_.home.text()}});
    }
    return {};
  }

  // A home that was left behind while it was down must hear of it before it changes anything: from the others, if one
  // of them answers.
  Result<void> listen() {
    // Before it asks: of regions that start together each must be able to tell the others.
    if (config_.link) {
      COFFER_ASSIGN(link_server_, net::HttpServer::start(link_options(config_), peer_door_, clock_, log_));
    }
    COFFER_ASSIGN(const bool is_home, home_.is_here());
    if (is_home) COFFER_TRY(survey_.ask());
    do_home_duties();
    takes_forwards_ = true;
    COFFER_ASSIGN(admin_server_, net::HttpServer::start(admin_options(config_), admin_door_, clock_, log_));
    COFFER_ASSIGN(api_server_, net::HttpServer::start(api_options(config_), front_door_, clock_, log_));
    runner_.start();
    maintenance_.start();
    return {};
  }

  // Takes as long as the slowest of: the servers' grace, 7 s together; a message or a request to another region, its
  // time-out. Then the rest, quickly.
  void stop() {
    arrivals_.stop();
    {
      const std::jthread runner([this] { runner_.stop(); });
      if (api_server_) api_server_->stop(kStopGrace);
      if (link_server_) link_server_->stop(kShortStopGrace);
      if (admin_server_) admin_server_->stop(kShortStopGrace);
    }
    workers_.stop();
    scanners_.stop();
    forwarders_.stop();
    peer_workers_.stop();
    forwarded_workers_.stop();
    maintenance_.stop();
  }

  Result<void> reload_tls() {
    if (link_server_) COFFER_TRY(link_server_->reload_tls(*link_options(config_).tls));
    if (api_server_ && config_.tls) COFFER_TRY(api_server_->reload_tls(*api_options(config_).tls));
    return {};
  }

 private:
  coffer_service::RegionReport report() const {
    coffer_service::RegionReport report{.version = std::string(version()),
                                        .seal = config_.seal.passphrase_file.empty() ? "root-key-file" : "passphrase",
                                        .can_commit = store_->can_commit(),
                                        .links = {}};
    for (replication::LinkStatus& link : runner_.status()) {
      const auto address = membership_.address_of(link.destination);
      const auto received = lags_.lag_of_region(link.destination);
      report.links.push_back({.region = link.destination,
                              .address = address ? address->text() : std::string(),
                              .waiting = link.dirty,
                              .waiting_since = link.oldest_dirty,
                              .last_success = link.last_success,
                              .last_error = link.concerns_one ? std::string(kNotForAll) : std::move(link.last_error),
                              .lag = received ? std::optional(received->lag) : std::nullopt,
                              .behind = received ? received->behind : 0});
    }
    return report;
  }

  std::vector<replication::HomeSurvey::Peer> survey_peers() const {
    std::vector<replication::HomeSurvey::Peer> all;
    for (const regions::Peer& peer : membership_.peers())
      all.push_back({peer.region, [this, peer] { return links_.asking(peer); }});
    return all;
  }

  // Null when there is no such peer.
  std::unique_ptr<net::HttpClient> forward_client(const Region& region) const {
    const auto address = membership_.address_of(region);
    return address ? links_.forwarding({region, *address}) : nullptr;
  }

  // At once, where a chore would come in its time; it also tries again what fails.
  void do_home_duties() {
    const auto ended = home_duties_.step();
    if (!ended.ok()) log_.error("home_duties_not_done", {{"error", ended.error().message}});
    if (ended.ok() && *ended > 0) log_.info("account_requests_ended", {{"count", *ended}});
  }

  const RegionConfig config_;
  const Clock& clock_;
  Random& random_;
  const Log& log_;
  const uint64_t start_;
  std::unique_ptr<store::Store> store_;
  const RegionList regions_;
  regions::Membership membership_;
  const LinkMaker links_;
  seal::RegionKey region_key_;
  kms::Keyring keyring_;
  kms::KeyExchange key_exchange_;
  home::HomeRegion home_;
  iam::AccountStore accounts_;
  secrets::SecretStore secrets_;
  secrets::ReplicaLags lags_;
  iam::IdentityCache identity_cache_;
  iam::Identities identities_;
  iam::Principals principals_;
  kms::Grants grants_;
  kms::Rotator rotator_;
  iam::IdentityStore identity_store_;
  iam::AccessKeyUses key_uses_;
  NotedUses noted_uses_;
  sts::SessionKeys session_keys_;
  iam::LongTermCredentials long_term_;
  sts::SessionCredentials sessions_;
  iam::ActiveAccounts credentials_;
  organizations::OrganizationCache organizations_;
  sts::HttpsKeyFetcher key_fetcher_;
  sts::ProviderKeys provider_keys_;
  access::ExplanationStore explanations_;
  access::ExplainedDenials denials_;
  sts::WebIdentities web_identities_;
  sts::SessionIssuer session_issuer_;
  access::PolicyAuthorizer authorizer_;
  secretsmanager::CrossAccountPermission cross_account_;
  secretsmanager::Rooms secretsmanager_;
  kms_service::Rooms kms_;
  iam_service::Rooms iam_;
  coffer_service::Rooms coffer_;
  organizations::OrganizationStore organization_store_;
  organizations_service::Rooms organizations_service_;
  sts_service::Rooms sts_;
  std::unique_ptr<api::Audit> audit_;
  WorkerPool workers_;
  WorkerPool scanners_;
  home::Arrivals arrivals_;
  replication::HomeForwarder forwarder_;
  WorkerPool forwarders_;
  api::FrontDoor front_door_;
  iam::AccountStates account_states_;
  iam::IdentityStates identity_states_;
  organizations::OrganizationStates organization_states_;
  sts::SessionKeyStates session_key_states_;
  home::StateKinds state_kinds_;
  home::StateReceiver states_;
  replication::HomeSurvey survey_;
  HomeDuties home_duties_;
  replication::StoreApplier applier_;
  WorkerPool peer_workers_;  // apart, so that requests of clients and of regions do not wait for each other
  WorkerPool forwarded_workers_;
  std::atomic<bool> takes_forwards_ = false;  // a change that another region forwards is one, too
  replication::ForwardDoor forward_door_;
  replication::PeerDoor peer_door_;
  replication::Runner runner_;
  PeerLinks peer_links_;
  replication::Departures departures_;
  replication::CrossAccountCopier cross_account_copier_;
  Maintenance maintenance_;
  IdentityHome identity_home_;
  AdminDoor admin_door_;
  std::unique_ptr<net::HttpServer> admin_server_;
  std::unique_ptr<net::HttpServer> link_server_;
  std::unique_ptr<net::HttpServer> api_server_;
};

Result<std::unique_ptr<RegionNode>> RegionNode::open(Parts parts) {
  COFFER_ASSIGN(auto store, store::open_rocksdb_store({.directory = parts.config.data}, parts.log));
  COFFER_ASSIGN(auto region_key, seal::RegionKey::open(*store, seal_options(parts.config), parts.random));
  COFFER_ASSIGN(auto audit, api::make_file_audit(parts.config.audit_file, parts.log));
  auto impl = std::make_unique<Impl>(std::move(parts), std::move(store), std::move(region_key), std::move(audit));
  COFFER_TRY(impl->begin());
  return std::unique_ptr<RegionNode>(new RegionNode(std::move(impl)));
}

RegionNode::RegionNode(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RegionNode::~RegionNode() {
  impl_->stop();
}
Result<void> RegionNode::listen() {
  return impl_->listen();
}
void RegionNode::stop() {
  impl_->stop();
}
Result<void> RegionNode::reload_tls() {
  return impl_->reload_tls();
}

}  // namespace coffer::server
