// One thread makes the commits of many callers durable together: while it waits for the disk, transactions queue up,
// and the next write takes them all. Knows no engine: the write is a function. Promises: batches are written one at a
// time; transactions keep the order in which commit() was entered. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>

#include "store/store.h"

namespace coffer::store {

class GroupCommit {
 public:
  static constexpr size_t kMaxBatchTransactions = 256;
  static constexpr size_t kMaxBatchBytes = 4 << 20;  // a batch has at least one transaction, whatever its size

  struct Waiting {
    Transaction transaction;
    Result<Revision> result;
  };
  // Sets the result of every one. Called in the committer thread.
  using WriteBatch = std::function<void(std::span<Waiting* const>)>;

  explicit GroupCommit(WriteBatch write);
  // Writes what is waiting first. No commit() may begin once this has.
  ~GroupCommit();

  // Blocks until the batch that the transaction is in was written.
  Result<Revision> commit(Transaction transaction);

 private:
  struct Caller;
  void run();
  std::vector<Caller*> next_batch();

  const WriteBatch write_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Caller*> queue_;
  bool stopping_ = false;
  std::thread committer_;
};

}  // namespace coffer::store
