// The runner's threads against real regions in memory and real time; the bounds are generous, only the order matters.
#include "replication/runner.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>

#include "crypto/system_random.h"
#include "replication/testing/fake_link.h"
#include "replication/testing/test_region.h"

namespace coffer::replication {
namespace {

using testing::kAccount;
using testing::TestRegion;

const Region kEast = *Region::parse("us-east-1");
const Region kWest = *Region::parse("us-west-2");
const Region kEurope = *Region::parse("eu-west-1");

// Passes states on and says so; may be closed, then send() waits as for a region that does not answer.
class GateLink final : public Link {
 public:
  explicit GateLink(TestRegion& to) : to_(to) {}

  Result<void> greet() override { return {}; }
  Result<secrets::CopyAnswer> send(const secrets::CopyCheck& check) override {
    return secrets::CopyAnswer{.verdicts = std::vector(check.copies.size(), secrets::CopyVerdict::kAsExpected)};
  }
  uint64_t destination_start() const override { return 1; }
  uint64_t destination_moment() const override { return to_.lags.moment(); }
  uint64_t destination_departures() const override { return 0; }
  Result<void> send(const secrets::Heartbeat& heartbeat) override {
    to_.lags.heard(kEast, heartbeat);
    return {};
  }
  Result<std::vector<secrets::ApplyOutcome>> send(std::span<const secrets::ReplicaState> states) override {
    {
      std::unique_lock lock(mutex);
      ++arrived;
      changed.notify_all();
      changed.wait(lock, [this] { return open; });
    }
    auto outcomes = to_.applier.apply(testing::copy(states));
    const std::lock_guard lock(mutex);
    ++answered;
    changed.notify_all();
    return outcomes;
  }
  Result<secrets::ApplyOutcome> send(const secrets::ReplicaRemoval& removal) override {
    return to_.applier.apply(removal);
  }
  Result<home::StateAnswer> send(const home::StatePart& part) override { return to_.applier.apply(part); }
  Result<home::StateAnswer> send(const home::StateQuestion& question) override { return to_.applier.answer(question); }
  Result<kms::KeyAnswer> send(const kms::SharedKey& shared) override { return to_.applier.apply(shared); }
  Result<kms::KeyAnswer> send(const kms::ReplicaReport& report) override { return to_.applier.apply(kEast, report); }

  void set_open(bool value) {
    const std::lock_guard lock(mutex);
    open = value;
    changed.notify_all();
  }
  bool wait_until(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(20), condition);
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool open = true;
  int arrived = 0;
  int answered = 0;

 private:
  TestRegion& to_;
};

class RunnerTest : public ::testing::Test {
 protected:
  ~RunnerTest() override { ::close(null_); }

  std::unique_ptr<Runner> runner(std::vector<Runner::Destination> destinations) {
    auto made = std::make_unique<Runner>(Runner::Parts{.store = *east_.store,
                                                       .secrets = east_.secrets,
                                                       .states = east_.states,
                                                       .keys = east_.key_exchange,
                                                       .clock = clock_,
                                                       .random = random_,
                                                       .log = log_,
                                                       .region = kEast});
    for (Runner::Destination& destination : destinations)
      made->add(std::move(destination));
    return made;
  }

  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const SystemClock clock_;
  const Log log_{clock_, null_, LogLevel::kError};
  crypto::SystemRandom random_;
  const testing::World world_{clock_, random_, {kEast, kWest, kEurope}, log_};
  TestRegion east_{world_, kEast};
  TestRegion west_{world_, kWest};
  TestRegion europe_{world_, kEurope};
};

// A replica is up to date in milliseconds, not at the next poll (which is 10 seconds away).
TEST_F(RunnerTest, ACommitWakesTheThreadOfItsDestination) {
  auto owned = std::make_unique<GateLink>(west_);
  GateLink& link = *owned;
  std::vector<Runner::Destination> destinations;
  destinations.push_back({kWest, std::move(owned)});
  const auto running = runner(std::move(destinations));
  running->start();
  for (int i = 1; i <= 20; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    east_.create("secret-" + std::to_string(i), "value", {kWest});
    ASSERT_TRUE(link.wait_until([&] { return link.answered >= i; }));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(8)) << "woken by the poll only";
  }
  running->stop();
  EXPECT_EQ(running->status().front().dirty, 0u);
}

// Marks that a killed process left behind.
TEST_F(RunnerTest, MarksFromBeforeTheStartAreSent) {
  east_.create("db", "value", {kWest});
  auto owned = std::make_unique<GateLink>(west_);
  GateLink& link = *owned;
  std::vector<Runner::Destination> destinations;
  destinations.push_back({kWest, std::move(owned)});
  const auto running = runner(std::move(destinations));
  running->start();
  EXPECT_TRUE(link.wait_until([&] { return link.answered == 1; }));
}

// One thread each, for this reason.
TEST_F(RunnerTest, ADestinationThatHangsDelaysNoOther) {
  auto owned_west = std::make_unique<GateLink>(west_);
  auto owned_europe = std::make_unique<GateLink>(europe_);
  GateLink& west = *owned_west;
  GateLink& europe = *owned_europe;
  west.open = false;
  std::vector<Runner::Destination> destinations;
  destinations.push_back({kWest, std::move(owned_west)});
  destinations.push_back({kEurope, std::move(owned_europe)});
  const auto running = runner(std::move(destinations));
  running->start();
  east_.create("db", "value", {kWest, kEurope});
  EXPECT_TRUE(west.wait_until([&] { return west.arrived == 1; }));
  EXPECT_TRUE(europe.wait_until([&] { return europe.answered == 1; }));
  EXPECT_EQ(west.answered, 0);
  west.set_open(true);
}

// A shutdown waits for the message under way, and for no other.
TEST_F(RunnerTest, StopWaitsForTheMessageUnderWayOnly) {
  for (int i = 0; i < 10; ++i)
    east_.create("secret-" + std::to_string(i), "value", {kWest});
  auto owned = std::make_unique<GateLink>(west_);
  GateLink& link = *owned;
  link.open = false;
  std::vector<Runner::Destination> destinations;
  destinations.push_back({kWest, std::move(owned)});
  const auto running = runner(std::move(destinations));
  running->start();
  ASSERT_TRUE(link.wait_until([&] { return link.arrived == 1; }));
  auto stopped = std::async(std::launch::async, [&running] { running->stop(); });
  EXPECT_EQ(stopped.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  link.set_open(true);
  stopped.get();
  EXPECT_EQ(link.arrived, 1);
}

// A region that joins while others are served.
TEST_F(RunnerTest, ADestinationThatIsAddedWhileItRunsIsSentWhatWaitsAndIsWoken) {
  const auto running = runner({});
  running->start();
  east_.create("before", "value", {kWest});
  auto owned = std::make_unique<GateLink>(west_);
  GateLink& link = *owned;
  running->add({kWest, std::move(owned)});
  EXPECT_TRUE(link.wait_until([&] { return link.answered == 1; }));
  for (int i = 2; i <= 10; ++i) {
    east_.create("secret-" + std::to_string(i), "value", {kWest});
    ASSERT_TRUE(link.wait_until([&] { return link.answered == i; }));
  }
  EXPECT_EQ(running->status().size(), 1u);
}

TEST_F(RunnerTest, ARemovedDestinationIsSentNothingAnyMore) {
  auto owned_west = std::make_unique<GateLink>(west_);
  auto owned_europe = std::make_unique<GateLink>(europe_);
  GateLink& europe = *owned_europe;
  std::vector<Runner::Destination> destinations;
  destinations.push_back({kWest, std::move(owned_west)});
  destinations.push_back({kEurope, std::move(owned_europe)});
  const auto running = runner(std::move(destinations));
  running->start();
  running->remove(kWest);
  running->remove(kWest);
  east_.create("db", "value", {kWest, kEurope});
  EXPECT_TRUE(europe.wait_until([&] { return europe.answered == 1; }));
  EXPECT_EQ(west_.current("db"), "");
  ASSERT_EQ(running->status().size(), 1u);
  EXPECT_EQ(running->status().front().destination, kEurope);
}

// Moving a region to another address: what was under way on the old link has ended when the new one begins.
TEST_F(RunnerTest, ALinkIsReplacedOnceItsMessageHasEnded) {
  east_.create("db", "value", {kWest});
  auto owned = std::make_unique<GateLink>(west_);
  GateLink& before = *owned;
  before.open = false;
  std::vector<Runner::Destination> destinations;
  destinations.push_back({kWest, std::move(owned)});
  const auto running = runner(std::move(destinations));
  running->start();
  ASSERT_TRUE(before.wait_until([&] { return before.arrived == 1; }));
  auto successor = std::make_unique<GateLink>(west_);
  GateLink& after = *successor;
  auto replaced = std::async(std::launch::async, [&] { running->add({kWest, std::move(successor)}); });
  EXPECT_EQ(replaced.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  EXPECT_EQ(after.arrived, 0);
  before.set_open(true);
  replaced.get();
  east_.create("another", "value", {kWest});
  EXPECT_TRUE(after.wait_until([&] { return after.answered >= 1; }));
  EXPECT_EQ(running->status().size(), 1u);
}

// The store's listener outlives the runner.
TEST_F(RunnerTest, ACommitAfterTheRunnerIsGoneIsHarmless) {
  std::vector<Runner::Destination> destinations;
  destinations.push_back({kWest, std::make_unique<GateLink>(west_)});
  auto running = runner(std::move(destinations));
  running->start();
  running.reset();
  east_.create("db", "value", {kWest});
  EXPECT_EQ(east_.marks(kWest), 1u);
}

}  // namespace
}  // namespace coffer::replication
