// A region in memory with everything that its admin socket talks to, for tests. Sites can be each other's peers.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/system_random.h"
#include "iam/account_states.h"
#include "iam/identities.h"
#include "iam/identity_cache.h"
#include "iam/identity_states.h"
#include "iam/identity_store.h"
#include "iam/principals.h"
#include "organizations/organization_states.h"
#include "seal/region_key.h"
#include "server/admin.h"
#include "server/home_duties.h"
#include "server/identity_home.h"
#include "server/testing/temporary_directory.h"
#include "store/memory_store.h"
#include "sts/session_key_states.h"
#include "sts/session_keys.h"

namespace coffer::server {

// Only questions go over it.
class QuestionLink final : public replication::Link {
 public:
  explicit QuestionLink(home::StateReceiver* there) : there_(there) {}  // null: nobody answers

  Result<home::StateAnswer> send(const home::StateQuestion& question) override {
    if (there_ == nullptr) return Error{ErrorCode::kIo, "connection refused"};
    return there_->answer(question);
  }
  Result<void> greet() override { std::abort(); }
  Result<home::StateAnswer> send(const home::StatePart&) override { std::abort(); }
  Result<secrets::CopyAnswer> send(const secrets::CopyCheck&) override { std::abort(); }
  uint64_t destination_start() const override { return 0; }
  uint64_t destination_moment() const override { return 0; }
  uint64_t destination_departures() const override { return 0; }
  Result<void> send(const secrets::Heartbeat&) override { std::abort(); }
  Result<std::vector<secrets::ApplyOutcome>> send(std::span<const secrets::ReplicaState>) override { std::abort(); }
  Result<secrets::ApplyOutcome> send(const secrets::ReplicaRemoval&) override { std::abort(); }
  Result<kms::KeyAnswer> send(const kms::SharedKey&) override { std::abort(); }
  Result<kms::KeyAnswer> send(const kms::ReplicaReport&) override { std::abort(); }

 private:
  home::StateReceiver* const there_;
};

class AdminSite {
 public:
  // `others`: the names of its peers, with which connect() may join it later.
  AdminSite(std::string_view name, const std::vector<std::string>& others, std::string_view configured_home)
      : region(*Region::parse(name)), configured(*Region::parse(configured_home)), peers(parse(others)) {}
  ~AdminSite() {
    workers.stop();
    ::close(log_file);
  }

  // From then on the peer answers for as long as it is there; null: it does not.
  void connect(AdminSite& peer) { answering[peer.region] = &peer.states; }
  void disconnect(const AdminSite& peer) { answering.erase(peer.region); }

  AdminDoor door() {
    return AdminDoor({.region = region,
                      .store = *store,
                      .accounts = accounts,
                      .organizations = organizations_service,
                      .identity_home = identity_home,
                      .links = [this] { return links; },
                      .workers = workers,
                      .clock = clock,
                      .log = log});
  }

  const Region region;
  const Region configured;
  const std::vector<Region> peers;
  std::map<Region, home::StateReceiver*> answering;
  std::vector<replication::LinkStatus> links;
  TemporaryDirectory directory;
  ManualClock clock{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};
  const int log_file = ::memfd_create("log", MFD_CLOEXEC);
  const Log log{clock, log_file, LogLevel::kError};
  crypto::SystemRandom random;
  std::unique_ptr<store::Store> store = store::make_memory_store();
  std::unique_ptr<seal::RegionKey> region_key = open_region_key();
  home::HomeRegion home{{*store, random, {region, peers}, configured}};
  iam::AccountStore accounts{{*store, *region_key, random, clock, home}};
  iam::IdentityCache identity_cache{*store};
  iam::Identities identities{*store, identity_cache};
  iam::Principals principals{accounts, identity_cache, identities};
  iam::IdentityStore identity_store{{*store, *region_key, random, clock, identity_cache, identities, principals, home}};
  organizations::OrganizationCache organization_cache{*store};
  organizations::OrganizationStore organizations{{*store, random, clock, organization_cache, home}};
  organizations_service::Rooms organizations_service{organizations, accounts, identity_store};
  sts::SessionKeys session_keys{{*store, *region_key, random, home}};
  const iam::AccountStates account_states{{*store, *region_key, random}};
  const iam::IdentityStates identity_states{{*store, *region_key, random}};
  const organizations::OrganizationStates organization_states{*store};
  const sts::SessionKeyStates session_key_states{{*store, *region_key, random}};
  const home::StateKinds kinds{&account_states, &identity_states, &organization_states, &session_key_states};
  home::StateReceiver states{{*store, home, kinds, log}};
  const replication::HomeSurvey survey{{states, [this] { return survey_peers(); }, log}};
  HomeDuties duties{{home, states, session_keys, organizations_service, clock}};
  const IdentityHome identity_home{{configured, states, accounts, survey, [this] { adopted += duties.step().ok(); }}};
  int adopted = 0;
  WorkerPool workers{1, 16};

 private:
  static std::vector<Region> parse(const std::vector<std::string>& names) {
    std::vector<Region> regions;
    for (const std::string& name : names)
      regions.push_back(*Region::parse(name));
    return regions;
  }

  std::unique_ptr<seal::RegionKey> open_region_key() {
    const std::string file = directory / "root.key";
    if (!seal::RootKey::generate_file(file, random).ok()) std::abort();
    const seal::SealOptions options{
        .root_key = [file](const crypto::ScryptParameters&) { return seal::RootKey::from_file(file); },
        .region = region.text()};
    return std::make_unique<seal::RegionKey>(*seal::RegionKey::open(*store, options, random));
  }

  std::vector<replication::HomeSurvey::Peer> survey_peers() {
    std::vector<replication::HomeSurvey::Peer> all;
    for (const Region& peer : peers) {
      all.push_back({peer, [this, peer] {
                       const auto found = answering.find(peer);
                       return std::make_unique<QuestionLink>(found != answering.end() ? found->second : nullptr);
                     }});
    }
    return all;
  }
};

}  // namespace coffer::server
