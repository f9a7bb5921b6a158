#include "cli/drill.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "base/time_text.h"
#include "cli/testing/region_world.h"

namespace coffer::cli {
namespace {

const std::string kPrefix = "coffer-drill-20261124T103000Z-abcd/";
constexpr Duration kPeriod = std::chrono::seconds(5);
constexpr const char* kStill = "us-east-1 was cut off; nobody has done anything yet";

// Clients of a drill ask from threads of their own.
class SteppedClock final : public Clock {
 public:
  Time now() const override { return Time(passed_.load()); }
  Duration monotonic() const override { return passed_.load(); }
  std::chrono::microseconds stopwatch() const override { return passed_.load(); }
  void advance(Duration by) { passed_ = passed_.load() + by; }

 private:
  std::atomic<Duration> passed_ = parse_iso_basic("20261124T103000Z")->time_since_epoch();
};

class LockedRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    const std::lock_guard lock(mutex_);
    random_.fill(out);
  }

 private:
  std::mutex mutex_;
  SeededRandom random_{7};
};

// On a deployment that others use, of two regions; time passes only when the drill pauses.
class DrillTest : public ::testing::Test {
 protected:
  DrillTest() {
    for (const char* const region : {"us-east-1", "us-west-2"}) {
      const std::string role = region == std::string("us-east-1") ? "Primary" : "Replica";
      world_.answers[std::string(region) + " GetRegionStatus"] = status_of(region);
      const std::string first = copy(kPrefix + "0", role, "us-east-1", 1, 1, "");
      world_.answers[std::string(region) + " ListCopies"] = R"({"Copies": [)" + first + "]}";
      all_copies_[std::string(region) + " ListCopies"] =
          R"({"Copies": [)" + first + ", " + copy(kPrefix + "1", role, "us-east-1", 1, 1, "") + "]}";
    }
    world_.answers["us-west-2 FailOverSecret"] =
        R"({"Copy": )" + copy(kPrefix + "0", "Primary", "us-west-2", 2, 2, "") + "}";
    world_.heard = [this](const std::string& call) {
      is_stopped_ = is_stopped_ || (has_all_ && call == stop_at_call_);
      if (call == "us-east-1 CreateSecret" && ++made_ == 2) {
        has_all_ = true;
        for (const auto& [asked, answer] : all_copies_)
          world_.answers[asked] = answer;
      }
      has_read_ = has_read_ || (has_all_ && call == "us-west-2 GetSecretValue");
      has_written_ = has_written_ || (has_all_ && call == "us-east-1 PutSecretValue");
      changed_.notify_all();
    };
  }

  DrillReport hold() {
    const std::function<Deployment()> tidy_up = [this] { return deployment_in(world_, clock_); };
    const std::function<Deployment()> make = [this] {
      return is_stopped_ ? Deployment([](const std::string&) -> Result<std::unique_ptr<client::SignedClient>> {
        return Error{ErrorCode::kAborted, "given up"};
      })
                         : deployment_in(world_, clock_);
    };
    const DrillGround ground{.cut =
                                 [this](const std::string& region) {
                                   clock_.advance(cutting_takes_);
                                   set_down(region, is_cut_off_);
                                   return Result<void>();
                                 },
                             .heal =
                                 [this](const std::string& region, Heed) {
                                   ++heals_;
                                   clock_.advance(healing_takes_);
                                   set_down(region, !is_healed_);
                                   return Result<void>();
                                 },
                             .pause = [this](Duration time, Heed heed) -> Result<void> {
                               if (heed == Heed::kFirst && is_stopped_) return Error{ErrorCode::kAborted, "stop"};
                               if (time == kPeriod) wait_for_clients();
                               clock_.advance(time);
                               return {};
                             }};
    const Show show = [this](const std::string& text) {
      shown_ += text;
      is_stopped_ = is_stopped_ || (!stop_at_.empty() && text.find(stop_at_) != std::string::npos);
    };
    const DrillRequest request{.lose = "us-east-1",
                               .regions = {"us-east-1", "us-west-2"},
                               .prefix = kPrefix,
                               .secrets = 2,
                               .period = kPeriod,
                               .write_every = std::chrono::milliseconds(1)};
    const DrillTidying tidying{.make = tidy_up,
                               .commands = {"coffer drill --clean-up"},
                               .url_of = [](const std::string& region) { return "https://" + region; }};
    return hold_drill(
        request,
        {.ground = ground, .make = make, .tidying = &tidying, .show = show, .clock = clock_, .random = random_});
  }

  // They work in real time.
  void wait_for_clients() {
    std::unique_lock lock(world_.mutex);
    changed_.wait(lock, [this] { return has_read_ && has_written_; });
  }

  void set_down(const std::string& region, bool is_down) {
    const std::lock_guard lock(world_.mutex);
    if (is_down) {
      world_.down.insert(region);
    } else {
      world_.down.erase(region);
    }
  }

  SteppedClock clock_;
  LockedRandom random_;
  World world_;
  std::condition_variable changed_;
  std::map<std::string, std::string> all_copies_;  // answers, once both secrets are made
  int made_ = 0;
  bool has_all_ = false;
  bool has_read_ = false;
  bool has_written_ = false;
  std::string stop_at_;  // Ctrl-C, when this is shown
  std::string stop_at_call_;
  std::atomic<bool> is_stopped_ = false;
  bool is_cut_off_ = true;  // by cut()
  bool is_healed_ = true;   // by heal()
  Duration cutting_takes_{};
  Duration healing_takes_{};
  int heals_ = 0;
  int promotions_ = 0;
  std::string shown_;
};

// A person walks to the switch.
TEST_F(DrillTest, CuttingARegionOffMayTakeItsTime) {
  cutting_takes_ = std::chrono::minutes(5);
  stop_at_ = kStill;
  const DrillReport report = hold();
  EXPECT_NE(shown_.find(kStill), std::string::npos) << shown_;
  EXPECT_EQ(report.error, "the drill was stopped");
  EXPECT_FALSE(report.not_healed);
}

TEST_F(DrillTest, ARegionThatStillAnswersEndsTheDrill) {
  is_cut_off_ = false;
  const DrillReport report = hold();
  EXPECT_EQ(report.error, "us-east-1 still answers half a minute after it was to be cut off");
  EXPECT_EQ(heals_, 1);
  EXPECT_FALSE(report.not_healed);
}

// Whoever healed it may have thought so only.
TEST_F(DrillTest, ARegionThatDoesNotAnswerIsNotHealed) {
  is_healed_ = false;
  stop_at_ = kStill;
  const DrillReport report = hold();
  EXPECT_EQ(report.error, "the drill was stopped");
  EXPECT_EQ(report.not_healed, "us-east-1 does not answer: connection refused");
  EXPECT_FALSE(report.is_good());
}

// What fails because of Ctrl-C breaks no promise.
TEST_F(DrillTest, WhoStopsAFailoverIsNotToldThatItFailed) {
  stop_at_call_ = "us-west-2 FailOverSecret";
  world_.answers[stop_at_call_] = R"({"__type": "InternalServiceError", "Message": "given up"})";
  const DrillReport report = hold();
  ASSERT_TRUE(is_stopped_);
  EXPECT_EQ(report.error, "the drill was stopped");
  EXPECT_EQ(report.broken, std::vector<std::string>());
}

// Of what has not rejoined nothing may be said as if it had, and why is what the operator needs.
TEST_F(DrillTest, WhoMayNotLetARegionRejoinIsTold) {
  const std::string promoted = R"({"Copies": [)" + copy(kPrefix + "0", "Primary", "us-west-2", 2, 2, "") + ", " +
                               copy(kPrefix + "1", "Primary", "us-west-2", 2, 2, "") + "]}";
  world_.heard = [this, heard = world_.heard, promoted](const std::string& call) {
    heard(call);
    if (has_all_ && call == "us-west-2 FailOverSecret") ++promotions_;
    if (promotions_ < 2 || call != "us-east-1 PutSecretValue") return;
    world_.answers["us-west-2 ListCopies"] = promoted;
    // It was allowed when the drill began.
    world_.answers["us-east-1 RejoinSecret"] = R"({"__type": "AccessDeniedException", "Message": "you may not"})";
  };
  const DrillReport report = hold();
  EXPECT_FALSE(report.error);
  ASSERT_FALSE(report.broken.empty());
  EXPECT_TRUE(std::ranges::count(report.broken, "2 secrets did not rejoin, first of all: us-east-1 says: you may not"))
      << report.broken.front();
  EXPECT_EQ(report.refused_writes, 0);
  for (const std::string& sentence : report.broken)
    EXPECT_EQ(sentence.find("although it had rejoined"), std::string::npos) << sentence;
}

// Afterwards it would be too late: the region could not be taken back, or something could not be deleted.
TEST_F(DrillTest, WhoMayNotDoAllThatItTakesLosesNoRegion) {
  world_.answers["us-east-1 RejoinSecret"] = R"({"__type": "AccessDeniedException", "Message": "not coffer:Rejoin"})";
  world_.answers["us-west-2 FailOverSecret"] = R"({"__type": "AccessDeniedException", "Message": "not coffer:Fail"})";
  const DrillReport report = hold();
  EXPECT_EQ(report.error,
            "the drill may not do what it would have to: us-west-2 says: not coffer:Fail; us-east-1 says: not "
            "coffer:Rejoin");
  EXPECT_EQ(heals_, 0);
  EXPECT_EQ(made_, 1) << "what it takes to try";
  EXPECT_EQ(shown_.find("cut off"), std::string::npos) << shown_;
}

// It may be told to heal and not have done so yet.
TEST_F(DrillTest, WhoStopsWhileARegionReturnsHasItHealed) {
  is_healed_ = false;
  stop_at_ = "healing";
  const DrillReport report = hold();
  EXPECT_EQ(report.error, "the drill was stopped");
  EXPECT_EQ(heals_, 2);
  EXPECT_TRUE(report.not_healed);
}

}  // namespace
}  // namespace coffer::cli
