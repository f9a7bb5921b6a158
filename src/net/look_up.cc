#include "net/look_up.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace coffer::net {
namespace {

// Threads that a resolver keeps. They end when it gives up, which is its own affair.
constexpr int kMaxRunning = 64;
constexpr Duration kAskEvery = std::chrono::milliseconds(100);

// Shared by the caller and the thread; whoever is last frees it.
struct Running {
  std::mutex mutex;
  std::condition_variable done;
  std::optional<Result<std::vector<Endpoint>>> outcome;
};

// One of the process's look-ups, for as long as it lives.
class Place {
 public:
  Place() : is_taken_(running_.fetch_add(1) < kMaxRunning) {}
  ~Place() { running_.fetch_sub(1); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  bool is_taken() const { return is_taken_; }

 private:
  static inline std::atomic<int> running_ = 0;
  const bool is_taken_;
};

}  // namespace

Result<std::vector<Endpoint>> run_look_up(LookUp look_up, Duration timeout, const IsGivenUp& is_given_up) {
  auto place = std::make_unique<Place>();
  if (!place->is_taken()) return Error{ErrorCode::kIo, "too many names are being looked up"};
  const auto running = std::make_shared<Running>();
  try {
    std::thread([running, place = std::move(place), look_up = std::move(look_up)] {
      auto outcome = look_up();
      std::lock_guard lock(running->mutex);
      running->outcome.emplace(std::move(outcome));
      running->done.notify_one();
    }).detach();
  } catch (const std::system_error&) {
    return Error{ErrorCode::kIo, "no thread to look a name up"};
  }
  std::unique_lock lock(running->mutex);
  const auto is_done = [&] { return running->outcome.has_value(); };
  for (Duration left = timeout; !running->done.wait_for(lock, std::min(left, kAskEvery), is_done); left -= kAskEvery) {
    if (is_given_up && is_given_up()) return Error{ErrorCode::kAborted, "given up"};
    if (left <= kAskEvery) return Error{ErrorCode::kTimeout, "the name was not found in time"};
  }
  return std::move(*running->outcome);
}

Result<std::vector<Endpoint>> look_up(const std::string& host, uint16_t port, Duration timeout,
                                      const IsGivenUp& is_given_up) {
  // What is an address needs no resolver.
  auto address = resolve_address(host, port);
  if (address) return std::vector<Endpoint>{*address};
  return run_look_up([host, port] { return resolve(host, port); }, timeout, is_given_up);
}

}  // namespace coffer::net
