// A fixed number of threads and a bounded queue, for work that waits (durable commits, other regions).
// A full queue refuses at once: the caller answers ServiceUnavailable instead of letting memory grow. A pool without
// threads does what is submitted at once, in the caller's thread: for simulations.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace coffer {

class WorkerPool {
 public:
  // Move-only callables are accepted (std::move_only_function).
  using Task = std::move_only_function<void()>;

  WorkerPool(size_t threads, size_t queue_limit);
  // Runs what is queued, then joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False when the queue is full or the pool is stopping; the task is then not run.
  [[nodiscard]] bool submit(Task task);
  // Refuses new tasks, runs what is queued, joins. Idempotent.
  void stop();

 private:
  void run();

  const size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace coffer
