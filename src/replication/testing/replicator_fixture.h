// Three regions in memory, a clock that the test moves, and replicators between them with a network that the test
// plays.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "replication/replicator.h"
#include "replication/testing/fake_link.h"
#include "replication/testing/test_region.h"

namespace coffer::replication::testing {

inline const Region kEast = *Region::parse("us-east-1");
inline const Region kWest = *Region::parse("us-west-2");
inline const Region kEurope = *Region::parse("eu-west-1");

class ReplicatorTest : public ::testing::Test {
 protected:
  ~ReplicatorTest() override { ::close(null_); }

  struct Way {
    Way(TestRegion& from, TestRegion& to, const Clock& clock, Random& random, const Log& log,
        uint32_t first_copies_per_second = 0)
        : link(to, random, from.self),
          replicator({*from.store, from.secrets, from.states, from.key_exchange, link, clock, random, log, to.self,
                      from.self, first_copies_per_second}) {}
    FakeLink link;
    Replicator replicator;
  };
  Way way(TestRegion& from, TestRegion& to) { return Way(from, to, clock_, random_, log_); }

  // Steps until nothing is due now.
  static Duration settle(Way& way) {
    for (int i = 0; i < 100; ++i) {
      const Duration wait = way.replicator.step();
      if (wait > Duration(0)) return wait;
    }
    ADD_FAILURE() << "the replicator never comes to rest";
    return Duration(0);
  }

  // As settle(), and goes on when back-off has passed, until every mark is gone.
  void drain(Way& way, TestRegion& from, TestRegion& to) {
    for (int i = 0; i < 100; ++i) {
      const Duration wait = settle(way);
      if (from.marks(to.self) == 0) return;
      clock_.advance(wait);
    }
    ADD_FAILURE() << "marks remain";
  }

  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ManualClock clock_{Time(std::chrono::hours(480'000))};
  const Log log_{clock_, null_, LogLevel::kError};
  SeededRandom random_{42};
  const World world_{clock_, random_, {kEast, kWest, kEurope}, log_};
  TestRegion east_{world_, kEast};
  TestRegion west_{world_, kWest};
  TestRegion europe_{world_, kEurope};
};

}  // namespace coffer::replication::testing
