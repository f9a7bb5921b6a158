// A small simulation of the identity home: three regions, accounts and identities changed at home, random network
// failures, and homes that are left behind and come back. After the network has healed every region has what the home
// has, and knows who it is. A failure names its seed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "iam/access_keys.h"
#include "iam/attachments.h"
#include "iam/roles.h"
#include "iam/users.h"
#include "replication/replicator.h"
#include "replication/testing/fake_link.h"
#include "replication/testing/test_region.h"

namespace coffer::replication {
namespace {

using testing::FakeLink;
using testing::TestRegion;

constexpr int kSteps = 250;
const std::vector<Region> kRegions = {*Region::parse("eu-west-1"), *Region::parse("us-east-1"),
                                      *Region::parse("us-west-2")};
const std::vector<AccountId> kAccounts = {*AccountId::parse("111111111111"), *AccountId::parse("222222222222")};
constexpr std::string_view kTrust =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]})";
constexpr std::string_view kPolicy =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Sign","Resource":"*"}]})";

class Simulation {
 public:
  explicit Simulation(uint64_t seed)
      : random_(seed), world_{clock_, random_, kRegions, log_, seed % 2 == 0 ? store::kMaxOperations : 24} {
    for (const Region& region : kRegions)
      regions_.push_back(std::make_unique<TestRegion>(world_, region));
    for (const auto& from : regions_) {
      for (const auto& to : regions_) {
        if (from != to) ways_.push_back(std::make_unique<Way>(*this, *from, *to));
      }
    }
  }
  ~Simulation() { ::close(null_); }

  void run() {
    for (int i = 0; i < kSteps; ++i) {
      switch (random_.uniform(12)) {
        case 0:
        case 1:
        case 2:
        case 3:
          change(*pick(regions_));
          break;
        case 4:
          disturb();
          break;
        case 5:
          if (random_.uniform(10) == 0) adopt(*pick(regions_));
          break;
        default:
          pick(ways_)->replicator.step();
      }
      clock_.advance(Duration(random_.uniform(500)));
    }
    heal();
    check();
  }

  int changes = 0;
  int adoptions = 0;

 private:
  struct Way {
    Way(Simulation& simulation, TestRegion& from, TestRegion& to)
        : link(to, simulation.random_, from.self),
          from(from),
          to(to),
          replicator({*from.store, from.secrets, from.states, from.key_exchange, link, simulation.clock_,
                      simulation.random_, simulation.log_, to.self, from.self}) {}
    FakeLink link;
    TestRegion& from;
    TestRegion& to;
    Replicator replicator;
  };

  template <class T>
  T& pick(std::vector<T>& from) {
    return from[random_.uniform(static_cast<uint32_t>(from.size()))];
  }

  void change(TestRegion& at) {
    const AccountId& account = kAccounts[random_.uniform(static_cast<uint32_t>(kAccounts.size()))];
    const std::string name = "n" + std::to_string(random_.uniform(5));
    const iam::EntityRef user{account, iam::EntityKind::kUser, name};
    const iam::EntityRef role{account, iam::EntityKind::kRole, name};
    bool changed = false;
    switch (random_.uniform(8)) {
      case 0:
        changed = at.accounts.create("account " + account.text(), account).ok();
        break;
      case 1:
        changed = iam::create_user(at.identity_store, account, {.name = name}).ok();
        break;
      case 2:
        changed =
            iam::create_role(at.identity_store, account, {.name = name, .trust_policy = std::string(kTrust)}).ok();
        break;
      case 3:
        changed = iam::create_access_key(at.identity_store, user).ok();
        break;
      case 4:
        changed = iam::put_inline_policy(at.identity_store, role, {name, std::string(kPolicy)}).ok();
        break;
      case 5:
        changed = iam::delete_role(at.identity_store, role).ok();
        break;
      case 6:
        changed = iam::update_user(at.identity_store, user, {.name = "n" + std::to_string(random_.uniform(5))}).ok();
        break;
      default:
        changed = iam::delete_user(at.identity_store, user).ok();
    }
    changes += changed;
    // Only the home changes anything.
    EXPECT_TRUE(!changed || *at.home.is_here());
  }

  void disturb() {
    FakeLink& link = pick(ways_)->link;
    link.up = random_.uniform(3) > 0;
    link.faults.lost = random_.uniform(3) == 0 ? 30 : 0;
    link.faults.answer_lost = random_.uniform(3) == 0 ? 30 : 0;
    link.faults.twice = random_.uniform(3) == 0 ? 30 : 0;
    link.faults.late = random_.uniform(3) == 0 ? 30 : 0;
  }

  void adopt(TestRegion& at) {
    if (adoptions >= 4 || !at.home.adopt(*at.home.claim()).ok()) return;
    ++adoptions;
  }

  void heal() {
    for (const auto& way : ways_) {
      way->link.up = true;
      way->link.faults = {};
    }
    // Two may have adopted in the same epoch, which only an operator ends.
    uint64_t newest = 0;
    for (const auto& region : regions_)
      newest = std::max(newest, region->home.claim()->epoch);
    TestRegion& last = *pick(regions_);
    while (last.home.claim()->epoch <= newest)
      ASSERT_TRUE(last.home.adopt(*last.home.claim()).ok());
    for (int round = 0; round < 50; ++round) {
      bool clean = true;
      for (const auto& way : ways_) {
        for (int i = 0; i < 50 && way->replicator.step() == Duration(0); ++i) {
        }
        clean = clean && way->from.marks(way->to.self) == 0;
      }
      if (clean && round > 3) return;
      clock_.advance(std::chrono::seconds(70));
    }
    for (const auto& way : ways_)
      ADD_FAILURE() << "marks remain: " << way->replicator.status().last_error;
  }

  void check() {
    const home::Claim claim = *regions_.front()->home.claim();
    const auto home = std::ranges::find_if(regions_, [&](const auto& region) { return region->self == claim.region; });
    for (const auto& region : regions_) {
      EXPECT_EQ(*region->home.claim(), claim) << region->self.text();
      EXPECT_EQ(region->accounts.list()->size(), (*home)->accounts.list()->size());
      for (const AccountId& account : kAccounts)
        EXPECT_EQ(region->identities_of(account), (*home)->identities_of(account)) << region->self.text();
    }
  }

  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ManualClock clock_{Time(std::chrono::hours(480'000))};
  const Log log_{clock_, null_, LogLevel::kError};
  SeededRandom random_;
  const testing::World world_;
  std::vector<std::unique_ptr<TestRegion>> regions_;
  std::vector<std::unique_ptr<Way>> ways_;
};

class IdentityConvergence : public ::testing::TestWithParam<uint64_t> {};

TEST_P(IdentityConvergence, AfterHealingEveryRegionHasWhatTheHomeHas) {
  // Ten seeds a case, so that a case is worth its start.
  int changes = 0;
  int adoptions = 0;
  for (uint64_t seed = GetParam(); seed < GetParam() + 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed);
    simulation.run();
    changes += simulation.changes;
    adoptions += simulation.adoptions;
    if (HasFailure()) return;
  }
  // A simulation in which nothing happens proves nothing.
  EXPECT_GT(changes, 50);
  EXPECT_GT(adoptions, 3);
}

INSTANTIATE_TEST_SUITE_P(Seeds, IdentityConvergence, ::testing::Values(0, 10, 20));

}  // namespace
}  // namespace coffer::replication
