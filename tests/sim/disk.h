// The disk of a simulated region, and the store that a process has of it. The disk outlives processes; what a commit
// could not make durable is there after a restart or is not, as the seed has it, and nobody has seen it before.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "store/change_feed.h"
#include "store/store.h"

namespace coffer::sim {

class Disk {
 public:
  explicit Disk(Random& random);

  // A process starts: what the last one could not make durable is decided. True if it is there.
  bool settle();

  // Everything is gone, as on a new machine. The process must not live any more, or be killed already.
  void lose();

  // The next commit of the process fails its fsync; from then on it can commit nothing.
  void fail_next_sync() { failing_ = true; }
  bool fails_next_sync() const { return failing_; }

  // For planted bugs: called with each transaction before it is committed.
  std::function<void(store::Transaction&)> tamper;
  // For a planted bug: commits are answered before they are durable, and a crash loses the last ones.
  bool answers_early = false;
  // Sees everything that becomes durable.
  std::function<void(const store::Transaction&)> observe;

 private:
  friend class Mount;
  Random& random_;
  std::unique_ptr<store::Store> rows_;
  std::optional<store::Transaction> undecided_;
  std::unique_ptr<store::Store> before_;  // with answers_early: the rows without the newest commits
  std::vector<store::Transaction> unsynced_;
  bool failing_ = false;
};

class Mount final : public store::Store {
 public:
  explicit Mount(Disk& disk) : disk_(disk), feed_(disk.rows_->revision()) {}

  // The process dies: nothing that it still does has an effect.
  void kill() { dead_ = true; }
  bool failed() const { return failed_; }

  Result<std::optional<store::Row>> get(std::string_view key) const override;
  Result<std::vector<store::Row>> scan(const store::ScanRange& range) const override;
  Result<store::Revision> commit(store::Transaction transaction) override;
  Result<std::vector<store::Change>> changes(store::Revision after, size_t limit) const override {
    return feed_.changes(after, limit);
  }
  store::Revision revision() const override { return feed_.revision(); }
  bool can_commit() const override { return !dead_ && !failed_; }
  void on_commit(store::CommitListener listener) override { feed_.listen(std::move(listener)); }

 private:
  Result<void> check() const;

  Disk& disk_;
  store::ChangeFeed feed_;
  bool dead_ = false;
  bool failed_ = false;
};

}  // namespace coffer::sim
