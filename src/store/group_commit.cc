#include "store/group_commit.h"

namespace coffer::store {

// Lives on the stack of commit().
struct GroupCommit::Caller {
  explicit Caller(Transaction transaction)
      : bytes(transaction_bytes(transaction)),
        waiting{std::move(transaction), Error{ErrorCode::kAborted, "the store is closing"}} {}

  size_t bytes;
  Waiting waiting;
  std::mutex mutex;
  std::condition_variable done_changed;
  bool done = false;
};

GroupCommit::GroupCommit(WriteBatch write) : write_(std::move(write)), committer_([this] { run(); }) {}

GroupCommit::~GroupCommit() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  committer_.join();
}

Result<Revision> GroupCommit::commit(Transaction transaction) {
  Caller caller(std::move(transaction));
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(&caller);
  }
  work_.notify_one();
  std::unique_lock lock(caller.mutex);
  caller.done_changed.wait(lock, [&] { return caller.done; });
  return std::move(caller.waiting.result);
}

std::vector<GroupCommit::Caller*> GroupCommit::next_batch() {
  std::vector<Caller*> batch;
  std::unique_lock lock(mutex_);
  work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  size_t bytes = 0;
  while (!queue_.empty() && batch.size() < kMaxBatchTransactions) {
    bytes += queue_.front()->bytes;
    if (!batch.empty() && bytes > kMaxBatchBytes) break;
    batch.push_back(queue_.front());
    queue_.pop_front();
  }
  return batch;
}

void GroupCommit::run() {
  std::vector<Waiting*> transactions;
  for (;;) {
    const std::vector<Caller*> batch = next_batch();
    if (batch.empty()) return;
    transactions.clear();
    for (Caller* caller : batch)
      transactions.push_back(&caller->waiting);
    write_(transactions);
    for (Caller* caller : batch) {
      // Under its lock to the end: once the caller has seen `done`, it destroys the condition variable.
      std::lock_guard lock(caller->mutex);
      caller->done = true;
      caller->done_changed.notify_one();
    }
  }
}

}  // namespace coffer::store
