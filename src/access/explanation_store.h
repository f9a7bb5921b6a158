// The newest denials, for the operators who ask why: what `coffer explain` prints. In memory, bounded in bytes, gone
// with the process. Each has a line `access_denied` in the log with the same decision id. Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/explanation.h"
#include "base/log.h"

namespace coffer::access {

using ExplanationPointer = std::shared_ptr<const Explanation>;

class ExplanationStore {
 public:
  // `capacity`: bytes, about.
  ExplanationStore(const Log& log, size_t capacity) : log_(log), capacity_(capacity) {}

  // How many explanations a caller's account may cause in a second. An explanation costs more than a decision, and
  // whoever is denied again and again must not push out those of others.
  static constexpr uint32_t kMaxPerSecond = 50;

  // Whether a denial of this account is to be explained; counts it. If not, it is logged all the same.
  bool wants(const AccountId& account, Time now);
  // The log's line of a denial that is not explained.
  void log(const Explanation& denial) const;

  // Keeps it, gives it its decision id, and writes the log's line.
  void add(std::string_view request_id, Explanation explanation);
  // All denials of a request by the request's id, in their order, or the one of that decision id. Empty: unknown, or
  // too old.
  std::vector<ExplanationPointer> find(std::string_view id) const;

 private:
  struct Kept {
    std::string request_id;
    ExplanationPointer explanation;
    size_t bytes;
  };
  // What is kept of one request.
  struct Request {
    uint32_t denials = 0;  // so many there were, kept or not
    std::vector<ExplanationPointer> kept;
  };

  // The denials of an account in one second.
  struct Window {
    std::chrono::seconds second{};
    uint32_t count = 0;
  };

  void forget_oldest();

  const Log& log_;
  const size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<Kept> kept_;  // oldest first
  std::unordered_map<std::string, Request> requests_;
  size_t bytes_ = 0;
  std::unordered_map<std::string, Window> windows_;  // by account; of the running second
};

}  // namespace coffer::access
