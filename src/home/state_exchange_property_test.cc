// A small simulation: three regions, random changes at home, a network that loses, repeats, delays and reorders,
// processes that die at any commit, and now and then a region that adopts. At every moment a region shows a state that
// some home had, whole; after the network has healed all show the newest one. A failure names its seed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "home/announcement.h"
#include "home/testing/test_kind.h"

namespace coffer::home::testing {
namespace {

constexpr int kSteps = 400;
constexpr size_t kStates = 2;
const std::vector<std::string> kNames = {"eu-west-1", "us-east-1", "us-west-2"};

class Simulation {
 public:
  explicit Simulation(uint64_t seed) : random_(seed) {
    for (const std::string& name : kNames) {
      std::vector<std::string> others = kNames;
      std::erase(others, name);
      // Room for few operations: so most states arrive in parts.
      const size_t operations = random_.uniform(2) == 0 ? 24 : store::kMaxOperations;
      sites_.push_back(std::make_unique<TestSite>(random_, log_, name, others, kNames[0], operations));
    }
  }
  ~Simulation() { ::close(null_); }

  void run() {
    for (int i = 0; i < kSteps; ++i) {
      switch (random_.uniform(12)) {
        case 0:
        case 1:
        case 2:
          change();
          break;
        case 3:
        case 4:
        case 5:
          send(site(), site());
          break;
        case 6:
          if (random_.uniform(12) == 0 && adoptions < 5) adopt();
          break;
        case 7:
          if (random_.uniform(3) == 0) site().store->die_after(static_cast<int>(random_.uniform(6)));
          break;
        case 8:
          restart(site());
          break;
        default:
          deliver();
      }
      check_all();
      if (::testing::Test::HasFailure()) return;
    }
    heal();
  }

  int adoptions = 0;
  int changes = 0;
  int parts_delivered = 0;

 private:
  TestSite& site() { return *sites_[random_.uniform(static_cast<uint32_t>(sites_.size()))]; }
  std::string state() { return std::string(1, static_cast<char>('a' + random_.uniform(kStates))); }

  void change() {
    TestSite& at = site();
    const std::string name = state();
    std::map<std::string, TestEdit> edits;
    for (uint32_t i = random_.uniform(random_.uniform(8) == 0 ? 20 : 4) + 1; i > 0; --i) {
      const std::string row = "row-" + std::to_string(random_.uniform(12));
      TestEdit edit{row, random_.uniform(4) == 0 ? "" : random_.text(3, "abc")};
      // What a row owns is its own in its state: another row of the same state may have had it before.
      if (random_.uniform(2) == 0) edit.owned = name + "-index-" + row;
      if (random_.uniform(3) == 0) edit.secret = name + "-secret-" + row;
      edits[row] = edit;
    }
    std::vector<TestEdit> list;
    for (auto& [row, edit] : edits)
      list.push_back(std::move(edit));
    if (!at.change(name, list).ok()) return;
    ++changes;
    known_[{name, at.stamp(name).id}] = at.rows_of(name);
  }

  void adopt() {
    TestSite& at = site();
    if (!at.home.adopt(*at.home.claim()).ok()) return;
    ++adoptions;
    for (const Region& peer : at.home.peers())
      (void)announce_everything(at.receiver, peer).ok();
  }

  // As a courier does that was told what the region has, rightly or not.
  void send(TestSite& from, TestSite& to) {
    if (&from == &to || !*from.home.is_here()) return;
    const std::string name = state();
    const Stamp base = random_.uniform(8) == 0 ? Stamp() : to.stamp(name);
    auto made = from.export_since(name, base, {.bytes = 200, .rows = 1 + random_.uniform(10)});
    if (!made.ok()) return;
    for (StatePart& part : made->parts)
      on_the_way_.push_back({&to, std::move(part)});
  }

  void deliver() {
    if (on_the_way_.empty()) return;
    // Mostly in order: otherwise no state of several parts ever comes.
    const size_t index = random_.uniform(3) == 0 ? random_.uniform(static_cast<uint32_t>(on_the_way_.size())) : 0;
    Message& message = on_the_way_[index];
    if (random_.uniform(10) != 0) {
      const auto answer = message.to->receiver.apply(message.part);
      if (answer.ok()) ++parts_delivered;
      if (answer.ok() && answer->verdict == StateVerdict::kOtherHome) {
        // The answer may be lost.
        TestSite* const from = find(message.part.home.region);
        if (random_.uniform(2) == 0) (void)from->home.learn(answer->home).ok();
      }
      if (random_.uniform(10) == 0) return;  // and comes again
    }
    on_the_way_.erase(on_the_way_.begin() + static_cast<ptrdiff_t>(index));
  }

  TestSite* find(const Region& region) {
    for (const auto& each : sites_) {
      if (each->region == region) return each.get();
    }
    std::abort();
  }

  static void restart(TestSite& at) {
    at.store->restart();
    EXPECT_TRUE(at.receiver.settle_all().ok());
  }

  // What a region shows is what some home had, with its index and its secrets.
  void check_all() {
    for (const auto& at : sites_) {
      for (size_t i = 0; i < kStates; ++i) {
        const std::string name(1, static_cast<char>('a' + i));
        const Stamp stamp = at->stamp(name);
        if (stamp.generation == 0) {
          EXPECT_EQ(at->rows_of(name), "");
          continue;
        }
        ASSERT_TRUE(known_.contains({name, stamp.id}) || at->store->can_commit() == false);
        EXPECT_EQ(at->rows_of(name), (known_[{name, stamp.id}])) << at->region.text() << " " << name;
      }
    }
  }

  void heal() {
    on_the_way_.clear();
    for (const auto& at : sites_)
      restart(*at);
    // Two regions may have adopted in one epoch: an operator ends that by another adoption.
    TestSite* const home = &site();
    const auto is_below = [home](const auto& at) { return at->home.claim()->epoch >= home->home.claim()->epoch; };
    while (home->home.claim()->region != home->region || std::count_if(sites_.begin(), sites_.end(), is_below) > 1)
      ASSERT_TRUE(home->home.adopt(*home->home.claim()).ok());
    for (int round = 0; round < 3; ++round) {
      for (const auto& at : sites_) {
        if (at.get() == home) continue;
        EXPECT_TRUE(at->receiver.answer({state_id("a"), *home->home.claim()}).ok());
        for (size_t i = 0; i < kStates; ++i) {
          const std::string name(1, static_cast<char>('a' + i));
          if (home->stamp(name) == Stamp()) {
            EXPECT_TRUE(at->receiver.drop(state_id(name), *home->home.claim()).ok());
            continue;
          }
          for (const StatePart& part : home->parts_since(name, at->stamp(name), {.rows = 5}))
            EXPECT_TRUE(at->receiver.apply(part).ok());
        }
      }
    }
    for (const auto& at : sites_) {
      for (size_t i = 0; i < kStates; ++i) {
        const std::string name(1, static_cast<char>('a' + i));
        EXPECT_EQ(at->stamp(name), home->stamp(name));
        EXPECT_EQ(at->rows_of(name), home->rows_of(name));
        EXPECT_EQ(at->staged(name), 0u);
      }
      EXPECT_EQ(at->attendants(), home->attendants()) << at->region.text();
      EXPECT_EQ(at->home.claim()->region, home->region);
    }
  }

  struct Message {
    TestSite* to;
    StatePart part;
  };

  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ManualClock clock_{Time(std::chrono::hours(480'000))};
  const Log log_{clock_, null_, LogLevel::kError};
  SeededRandom random_;
  std::vector<std::unique_ptr<TestSite>> sites_;
  std::vector<Message> on_the_way_;
  std::map<std::pair<std::string, uint64_t>, std::string> known_;  // by state and id of its stamp
};

class StateExchangeProperty : public ::testing::TestWithParam<uint64_t> {};

TEST_P(StateExchangeProperty, EveryRegionShowsWholeStatesAndInTheEndTheSame) {
  int adoptions = 0;
  int changes = 0;
  int parts = 0;
  for (uint64_t seed = GetParam(); seed < GetParam() + 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed);
    simulation.run();
    adoptions += simulation.adoptions;
    changes += simulation.changes;
    parts += simulation.parts_delivered;
    if (HasFailure()) return;
  }
  // A simulation in which nothing happens proves nothing.
  EXPECT_GT(adoptions, 5);
  EXPECT_GT(changes, 100);
  EXPECT_GT(parts, 300);
}

INSTANTIATE_TEST_SUITE_P(Seeds, StateExchangeProperty, ::testing::Values(0, 10, 20, 30));

}  // namespace
}  // namespace coffer::home::testing
