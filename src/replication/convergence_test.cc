// A small simulation: three regions, every one primary of some secrets, random changes under random network failures.
// After the network has healed every replica must equal its primary and nothing may be left over. A failure names its
// seed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <map>
#include <set>

#include "replication/replicator.h"
#include "replication/testing/fake_link.h"
#include "replication/testing/test_region.h"

namespace coffer::replication {
namespace {

using testing::FakeLink;
using testing::kAccount;
using testing::TestRegion;

constexpr int kSteps = 300;
constexpr int kSecrets = 5;
constexpr int kMaxVersions = 12;  // the store's deprecated versions are kept; keep the test quick

const std::vector<Region> kRegions = {*Region::parse("eu-west-1"), *Region::parse("us-east-1"),
                                      *Region::parse("us-west-2")};

class Simulation {
 public:
  explicit Simulation(uint64_t seed) : random_(seed), world_{clock_, random_, kRegions, log_} {
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
      switch (random_.uniform(10)) {
        case 0:
        case 1:
        case 2:
        case 3:
          mutate();
          break;
        case 4:
          disturb();
          break;
        default:
          pick(ways_)->replicator.step();
      }
      clock_.advance(Duration(random_.uniform(500)));
    }
    heal();
    check();
  }

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

  std::string draw_value() { return random_.text(1 + random_.uniform(40), "abcdefghijklmnopqrstuvwxyz"); }

  void mutate() {
    TestRegion& region = *pick(regions_);
    const Region& other = pick(regions_)->self;
    const std::string name = "secret-" + std::to_string(random_.uniform(kSecrets));
    const secrets::SecretPointer view = region.find(name);
    const std::vector<Region> replicas = other == region.self ? std::vector<Region>() : std::vector<Region>{other};
    if (!view) {
      if (random_.uniform(3) == 0) region.create(name, draw_value(), replicas);
      return;
    }
    if (view->secret.role == secrets::Role::kReplica) {
      if (random_.uniform(10) != 0) return;
      region.promote(name);
      newest_epoch_[view->secret.suffix] = std::max(newest_epoch_[view->secret.suffix], view->secret.lineage_epoch + 1);
      return;
    }
    switch (random_.uniform(8)) {
      case 0:
      case 1:
        if (!replicas.empty()) region.replicate(name, replicas, random_.uniform(4) == 0);
        break;
      case 2: {
        const auto& listed = view->secret.replicas;
        if (!listed.empty())
          region.unreplicate(name, listed[random_.uniform(static_cast<uint32_t>(listed.size()))].region);
        break;
      }
      case 3:
        region.describe(name, draw_value());
        break;
      case 4:
        // As AWS: only a secret without replicas may go.
        if (view->secret.replicas.empty() &&
            !region.secrets.erase(kAccount, name, [](const auto&) { return Result<void>(); }).ok())
          ADD_FAILURE() << "erase";
        break;
      default:
        if (view->secret.versions.size() < kMaxVersions) put(region, name, *view);
    }
  }

  // Some clients count instead of drawing their tokens, and begin again where the region that they promoted stands.
  void put(TestRegion& region, const std::string& name, const secrets::SecretView& view) {
    std::optional<VersionId> id;
    if (random_.uniform(2) == 0) {
      id = VersionId::parse("00000000-0000-0000-0000-00000000000" + std::to_string(random_.uniform(10)));
      if (view.secret.version(*id) != nullptr) return;
    }
    region.put(name, draw_value(), id);
  }

  void disturb() {
    FakeLink& link = pick(ways_)->link;
    link.up = random_.uniform(3) > 0;
    link.faults.lost = random_.uniform(3) == 0 ? 30 : 0;
    link.faults.answer_lost = random_.uniform(3) == 0 ? 30 : 0;
    link.faults.twice = random_.uniform(3) == 0 ? 30 : 0;
    link.faults.late = random_.uniform(3) == 0 ? 30 : 0;
  }

  void heal() {
    for (const auto& way : ways_) {
      way->link.up = true;
      way->link.faults = {};
    }
    for (int round = 0; round < 50; ++round) {
      bool clean = true;
      for (const auto& way : ways_) {
        for (int i = 0; i < 50 && way->replicator.step() == Duration(0); ++i) {
        }
        clean = clean && way->from.marks(way->to.self) == 0;
      }
      if (clean) return;
      clock_.advance(std::chrono::seconds(10));
    }
    ADD_FAILURE() << "marks remain";
  }

  void check() {
    for (const auto& region : regions_) {
      for (int i = 0; i < kSecrets; ++i) {
        const std::string name = "secret-" + std::to_string(i);
        const secrets::SecretPointer view = region->find(name);
        if (!view) continue;
        if (view->secret.role == secrets::Role::kPrimary) {
          check_primary(*region, name, *view);
        } else {
          check_replica(*region, name, *view);
        }
      }
    }
  }

  // Every replica is what its primary says it is.
  void check_primary(TestRegion& region, const std::string& name, const secrets::SecretView& view) {
    for (const secrets::ReplicaRegion& replica : view.secret.replicas) {
      const std::string status = region.status(name, replica.region);
      if (status == "Failed") {
        const std::string message = region.status_message(name, replica.region);
        EXPECT_FALSE(message.empty());
        EXPECT_EQ(message.find("is ahead of its primary"), std::string::npos) << "nobody was restored here";
        ++failed;
        continue;
      }
      // A copy was promoted since, and may have taken over others: this region learns of it with its next change.
      if (view.secret.lineage_epoch < newest_epoch_[view.secret.suffix]) continue;
      EXPECT_EQ(status, "InSync") << region.self.text() << " " << name << " in " << replica.region.text();
      EXPECT_EQ(find(replica.region).contents(name), region.contents(name));
      ++in_sync;
    }
  }

  // No copy is left that no primary knows of.
  void check_replica(TestRegion& region, const std::string& name, const secrets::SecretView& view) {
    const secrets::SecretPointer primary = find(view.secret.primary_region).find(name);
    ASSERT_TRUE(primary) << "an orphan of " << name << " in " << region.self.text();
    EXPECT_EQ(primary->secret.suffix, view.secret.suffix) << name << " in " << region.self.text();
    bool listed = false;
    for (const secrets::ReplicaRegion& replica : primary->secret.replicas)
      listed = listed || replica.region == region.self;
    EXPECT_TRUE(listed) << "a removed copy of " << name << " is still in " << region.self.text();
  }

  TestRegion& find(const Region& wanted) {
    for (const auto& region : regions_) {
      if (region->self == wanted) return *region;
    }
    std::abort();
  }

  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ManualClock clock_{Time(std::chrono::hours(480'000))};
  const Log log_{clock_, null_, LogLevel::kError};
  SeededRandom random_;
  const testing::World world_;
  std::vector<std::unique_ptr<TestRegion>> regions_;
  std::vector<std::unique_ptr<Way>> ways_;
  std::map<std::string, uint64_t> newest_epoch_;  // of a lineage, by its suffix

 public:
  int in_sync = 0;
  int failed = 0;
};

class Convergence : public ::testing::TestWithParam<uint64_t> {};

// Whatever happened on the way, the end is the same everywhere.
TEST_P(Convergence, AfterHealingEveryReplicaEqualsItsPrimary) {
  // Ten seeds a case, so that a case is worth its start.
  int in_sync = 0;
  int failed = 0;
  for (uint64_t seed = GetParam(); seed < GetParam() + 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed);
    simulation.run();
    in_sync += simulation.in_sync;
    failed += simulation.failed;
    if (HasFailure()) return;
  }
  // A simulation in which nothing happens proves nothing.
  EXPECT_GT(in_sync, 10);
  EXPECT_GT(failed, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Convergence, ::testing::Values(0, 10, 20, 30, 40));

}  // namespace
}  // namespace coffer::replication
