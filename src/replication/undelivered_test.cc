// When everything had been delivered, said from nothing but which marks are there.
#include "replication/undelivered.h"

#include <gtest/gtest.h>

namespace coffer::replication {
namespace {

using std::chrono::microseconds;

class UndeliveredTest : public ::testing::Test {
 protected:
  // -1: not known.
  int64_t look(int64_t begun, const std::vector<std::string>& keys) {
    const auto complete_to = undelivered_.look(microseconds(begun), keys);
    return complete_to ? complete_to->count() : -1;
  }
  Undelivered undelivered_;
};

TEST_F(UndeliveredTest, WithoutMarksEverythingIsDelivered) {
  EXPECT_EQ(look(100, {}), 100);
  EXPECT_EQ(look(200, {}), 200);
}

TEST_F(UndeliveredTest, AMarkIsAsOldAsTheLookBeforeTheOneThatFoundIt) {
  EXPECT_EQ(look(100, {}), 100);
  EXPECT_EQ(look(200, {"a"}), 100);
  EXPECT_EQ(look(300, {"a", "b"}), 100);
  EXPECT_EQ(look(400, {"b"}), 200);
  EXPECT_EQ(look(500, {}), 500);
}

// It was there before this process: no time can be said until it is gone.
TEST_F(UndeliveredTest, OfAMarkThatTheFirstLookFindsNothingIsKnown) {
  EXPECT_EQ(look(100, {"a"}), -1);
  EXPECT_EQ(look(200, {"a", "b"}), -1);
  EXPECT_EQ(look(300, {"b"}), 100);
}

// The secret goes on changing: each state that arrives has all that was committed before it was read.
TEST_F(UndeliveredTest, AMarkThatIsThereAgainAfterADeliveryIsANewOne) {
  EXPECT_EQ(look(100, {"a"}), -1);
  undelivered_.delivered("a");
  EXPECT_EQ(look(200, {"a"}), 100);
  undelivered_.delivered("a");
  EXPECT_EQ(look(300, {"a"}), 200);
}

TEST_F(UndeliveredTest, AfterItHasForgottenMarksAreOfAnyAge) {
  EXPECT_EQ(look(100, {}), 100);
  undelivered_.forget();
  EXPECT_EQ(look(200, {"a"}), -1);
  EXPECT_EQ(look(300, {}), 300);
}

}  // namespace
}  // namespace coffer::replication
