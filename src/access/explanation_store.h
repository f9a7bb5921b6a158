// Why requests were denied, for the operators who ask later: what `coffer explain` prints. In memory, of the newest
// denials, bounded in bytes. Each has a line in the log with the same decision id. Thread-safe.
// Must never: hold a value of a request. It names policies, statements, elements and condition keys.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"

namespace coffer::access {

// A statement that would have made the difference.
struct Advice {
  AccountId account;      // in which it is to be written
  std::string where;      // "the identity policies of arn:aws:iam::222222222222:role/reader"
  std::string statement;  // JSON; empty when something has to be taken away
};

struct Explanation {
  std::string decision_id;  // the request id; further denials of the same request have "-2", "-3" behind it
  Time time;
  std::string caller;
  AccountId caller_account;
  std::string action;
  std::string resource;
  AccountId resource_account;
  std::string message;  // what the caller was told
  // What each of the two accounts may know. A decision inside of one account has its reasons among those of the caller.
  std::vector<std::string> caller_reasons;
  std::vector<std::string> resource_reasons;
  std::vector<Advice> advice;
};

class ExplanationStore {
 public:
  // `capacity`: bytes, about.
  ExplanationStore(const Log& log, size_t capacity) : log_(log), capacity_(capacity) {}

  // Keeps it, gives it its decision id, and writes the log's line.
  void add(std::string_view request_id, Explanation explanation);
  // All denials of a request, or the one of that id. Empty: unknown, or too old.
  std::vector<Explanation> find(std::string_view id) const;

 private:
  const Log& log_;
  const size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<Explanation> kept_;  // oldest first
  size_t bytes_ = 0;
};

}  // namespace coffer::access
