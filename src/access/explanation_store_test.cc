#include "access/explanation_store.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/time_text.h"

namespace coffer::access {
namespace {

constexpr std::string_view kRequest = "7d0c2f4e-2b6f-4c57-8f5e-0a1b2c3d4e5f";

class ExplanationStoreTest : public ::testing::Test {
 protected:
  ~ExplanationStoreTest() override { ::close(log_file_); }

  static Explanation denial(std::string action) {
    return {.decision_id = {},
            .time = Time(),
            .caller = "arn:aws:iam::111111111111:user/ann",
            .caller_account = *AccountId::parse("111111111111"),
            .action = std::move(action),
            .resource = "arn:aws:kms:us-east-1:111111111111:key/1",
            .resource_account = *AccountId::parse("111111111111"),
            .message = "No.",
            .steps = {},
            .changes = {},
            .for_caller = {},
            .for_resource = {}};
  }
  // "ID ACTION" of each.
  static std::vector<std::string> found(const ExplanationStore& store, std::string_view id) {
    std::vector<std::string> all;
    for (const ExplanationPointer& one : store.find(id))
      all.push_back(one->decision_id + " " + one->action);
    return all;
  }
  std::string log() const {
    std::string text(65536, '\0');
    text.resize(static_cast<size_t>(::pread(log_file_, text.data(), text.size(), 0)));
    return text;
  }

  using Found = std::vector<std::string>;
  ManualClock clock_{*parse_iso_basic("20261124T103000Z")};
  int log_file_ = ::memfd_create("log", MFD_CLOEXEC);
  Log log_{clock_, log_file_, LogLevel::kInfo};
  ExplanationStore store_{log_, 1 << 20};
};

TEST_F(ExplanationStoreTest, DenialsOfOneRequestHaveNumbers) {
  store_.add("a-1", denial("x:One"));
  store_.add("b-1", denial("x:Other"));
  store_.add("a-1", denial("x:Two"));
  store_.add("a-1", denial("x:Three"));
  EXPECT_EQ(found(store_, "a-1"), (Found{"a-1 x:One", "a-1-2 x:Two", "a-1-3 x:Three"}));
  EXPECT_EQ(found(store_, "a-1-2"), (Found{"a-1-2 x:Two"}));
  EXPECT_EQ(found(store_, "b-1"), (Found{"b-1 x:Other"}));
}

// A request's id ends in digits and hyphens as well: what only begins like one is another one's.
TEST_F(ExplanationStoreTest, OnlyWholeIdsAreFound) {
  store_.add(kRequest, denial("x:One"));
  store_.add(kRequest, denial("x:Two"));
  EXPECT_EQ(found(store_, kRequest).size(), 2u);
  EXPECT_EQ(found(store_, std::string(kRequest) + "-2").size(), 1u);
  for (const std::string_view id : {"", "-", "-2", "7d0c2f4e", "7d0c2f4e-2b6f-4c57-8f5e"})
    EXPECT_EQ(found(store_, id), Found{}) << id;
  EXPECT_EQ(found(store_, std::string(kRequest) + "-3"), Found{});
  EXPECT_EQ(found(store_, std::string(kRequest) + "-1"), Found{}) << "the first has no number";
  EXPECT_EQ(found(store_, std::string(kRequest) + "-2-2"), Found{});
}

// The log is what an operator has when the region was started again, or when the client did not keep the id.
TEST_F(ExplanationStoreTest, EachHasALineInTheLog) {
  store_.add("a", denial("x:One"));
  store_.add("a", denial("x:Two"));
  const std::string text = log();
  EXPECT_NE(text.find(R"("event":"access_denied","decision_id":"a","caller":"arn:aws:iam::111111111111:user/ann",)"
                      R"("action":"x:One","resource":"arn:aws:kms:us-east-1:111111111111:key/1","message":"No.")"),
            text.npos)
      << text;
  EXPECT_NE(text.find(R"("decision_id":"a-2")"), text.npos) << text;
}

TEST_F(ExplanationStoreTest, TheOldestMakeRoomForTheNewest) {
  ExplanationStore store(log_, 20'000);
  for (int i = 0; i < 100; ++i) {
    Explanation large = denial("x:One");
    large.for_resource.notes.emplace_back(1000, 'n');
    store.add("r" + std::to_string(i), std::move(large));
  }
  EXPECT_EQ(found(store, "r99").size(), 1u);
  EXPECT_EQ(found(store, "r90").size(), 1u) << "about 1,500 bytes each";
  EXPECT_EQ(found(store, "r80"), Found{});
  EXPECT_EQ(found(store, "r0"), Found{});
}

TEST_F(ExplanationStoreTest, TheFirstDenialsOfARequestAreForgottenFirst) {
  ExplanationStore store(log_, 20'000);
  for (int i = 0; i < 100; ++i) {
    Explanation large = denial("x:One");
    large.for_resource.notes.emplace_back(1000, 'n');
    store.add("a", std::move(large));
  }
  const Found left = found(store, "a");
  ASSERT_FALSE(left.empty());
  EXPECT_LT(left.size(), 20u);
  EXPECT_EQ(left.back(), "a-100 x:One") << "numbers go on";
  EXPECT_EQ(found(store, "a-2"), Found{});
}

TEST_F(ExplanationStoreTest, OneThatIsLargerThanTheRoomIsNotKept) {
  ExplanationStore store(log_, 1000);
  Explanation large = denial("x:One");
  large.changes.push_back(
      {.account = {}, .where = {}, .what = {}, .details = {std::string(2000, 'd')}, .statement = {}});
  store.add("a", std::move(large));
  EXPECT_EQ(found(store, "a"), Found{});
  EXPECT_NE(log().find(R"("decision_id":"a")"), std::string::npos);
}

// One who is denied a thousand times a second must neither keep the server busy nor push out what others ask for.
TEST(ExplanationStoreLimits, AnAccountCausesSoManyExplanationsASecond) {
  ManualClock clock{Time()};
  const Log log{clock, -1, LogLevel::kError};
  ExplanationStore store(log, 1 << 20);
  const AccountId loud = *AccountId::parse("111111111111");
  for (uint32_t i = 0; i < ExplanationStore::kMaxPerSecond; ++i)
    EXPECT_TRUE(store.wants(loud, clock.now()));
  EXPECT_FALSE(store.wants(loud, clock.now()));
  EXPECT_TRUE(store.wants(*AccountId::parse("222222222222"), clock.now()));
  clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(store.wants(loud, clock.now()));
}

}  // namespace
}  // namespace coffer::access
