#include "store/testing/fault_store.h"

#include <condition_variable>
#include <mutex>

#include "store/memory_store.h"

namespace coffer::store::testing {
namespace {

class FaultStoreImpl final : public FaultStore {
 public:
  Result<std::optional<Row>> get(std::string_view key) const override {
    COFFER_TRY(check_reads());
    return durable_->get(key);
  }

  Result<std::vector<Row>> scan(const ScanRange& range) const override {
    COFFER_TRY(check_reads());
    return durable_->scan(range);
  }

  Result<Revision> commit(Transaction transaction) override {
    COFFER_TRY(check_limits(transaction));
    std::unique_lock lock(mutex_);
    const int life = lives_;
    changed_.wait_for(lock, delay_, [&] { return lives_ != life; });
    if (lives_ != life) return Error{ErrorCode::kIo, "the store crashed before the commit was durable"};
    if (failed_) return failed();
    if (failing_syncs_ > 0) {
      // A transaction that conflicts writes nothing, so it has no fsync that could fail.
      for (const Precondition& precondition : transaction.preconditions) {
        COFFER_ASSIGN(const auto row, durable_->get(precondition.key));
        if ((row ? row->revision : 0) != precondition.revision) {
          return Error{ErrorCode::kConflict, "a precondition does not hold"};
        }
      }
      --failing_syncs_;
      failed_ = true;
      return failed();
    }
    return durable_->commit(std::move(transaction));
  }

  Result<std::vector<Change>> changes(Revision after, size_t limit) const override {
    COFFER_TRY(check_reads());
    return durable_->changes(after, limit);
  }
  Revision revision() const override { return durable_->revision(); }
  bool can_commit() const override {
    std::lock_guard lock(mutex_);
    return !failed_;
  }
  void on_commit(CommitListener listener) override { durable_->on_commit(std::move(listener)); }

  void fail_syncs(int count) override {
    std::lock_guard lock(mutex_);
    failing_syncs_ = count;
  }
  void fail_reads(bool failing) override {
    std::lock_guard lock(mutex_);
    failing_reads_ = failing;
  }
  void delay_commits(Duration delay) override {
    std::lock_guard lock(mutex_);
    delay_ = delay;
  }
  void crash() override {
    std::lock_guard lock(mutex_);
    ++lives_;
    failing_syncs_ = 0;
    failed_ = false;
    changed_.notify_all();
  }

 private:
  static Error failed() { return Error{ErrorCode::kIo, "the store cannot be written: a sync failed on purpose"}; }

  Result<void> check_reads() const {
    std::lock_guard lock(mutex_);
    if (failing_reads_) return Error{ErrorCode::kIo, "a read failed on purpose"};
    return {};
  }

  // What is not in here was never synced. As in the real store, readers see only what is.
  const std::unique_ptr<Store> durable_ = make_memory_store();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int lives_ = 0;
  int failing_syncs_ = 0;
  bool failed_ = false;
  bool failing_reads_ = false;
  Duration delay_{0};
};

}  // namespace

std::unique_ptr<FaultStore> FaultStore::make() {
  return std::make_unique<FaultStoreImpl>();
}

}  // namespace coffer::store::testing
