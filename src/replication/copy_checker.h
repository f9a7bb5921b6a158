// Asks a region whether it still has the copies that it has acknowledged, once after this process or the region's has
// started, and marks those that it has not. A page at a time, between the marks that are due. Otherwise it only asks
// every second whether the process is still the same, and which copies were read, and asks about all copies again when
// the region says that some have ceased to follow. Of copies whose last state the region has refused it asks too: they
// are tried again if something else is there, which may have been promoted since, and the reporter is told of them,
// because readers must hear that they are old.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "replication/delivery.h"
#include "replication/lag_reporter.h"
#include "replication/replicator.h"

namespace coffer::replication {

class CopyChecker {
 public:
  CopyChecker(const Replicator::Parts& parts, LagReporter& reporter) : parts_(parts), reporter_(reporter) {}

  // Blocks in the link. kDone, kLinkDown or kStoreDown.
  Delivery step();
  // Whether the region has answered in the last step.
  bool has_answered() const { return has_answered_; }
  // Marks that the last step has made.
  size_t marked() const { return marked_; }
  // There are copies that were not asked about yet.
  bool is_busy() const { return is_asking_again_ || !has_checked(); }
  // All copies of the region's process were asked about.
  bool knows_all() const { return checked_ != 0 && has_checked() && again_at_ == Duration(0); }

 private:
  bool has_checked() const { return checked_ == parts_.link.destination_start(); }
  // Some have ceased to follow since all were asked about, or since those that were refused were tried.
  bool have_departed() const;
  void begin_check();
  // To the copies, and then the refused ones, of the page.
  Result<void> take(const secrets::ExpectedCopies& page, const secrets::CopyAnswer& answer);
  Delivery ask_who_is_there();
  Result<Delivery> check_page();

  const Replicator::Parts parts_;
  LagReporter& reporter_;
  uint64_t checked_ = 0;                 // the start of the region's process whose copies were all asked about
  uint64_t checking_ = 0;                // and of the one that is being asked
  uint64_t departures_ = 0;              // which it had told of when it was begun to be asked
  bool is_asking_again_ = false;         // of the same process
  std::string next_;                     // where its next page begins
  size_t found_ = 0;                     // copies that had to be marked, but for those that were refused before
  size_t marked_ = 0;                    // in the last step
  std::optional<uint64_t> accesses_to_;  // what the region's process has told of, of reads
  Duration asked_{};                     // when it was last asked who is there
  bool has_answered_ = false;
  bool has_gap_ = false;  // some could not be asked about
  Duration again_at_{};   // then all are asked about again; 0: there was no gap
  // Those that were refused. Most are so for good, and each is a message of its own: not for every one that departs.
  bool tries_refused_ = false;     // in this check
  bool are_refused_left_ = false;  // they were not tried in the last one
  Duration try_refused_at_{};      // not before
};

}  // namespace coffer::replication
