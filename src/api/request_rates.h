// Whether a request is within the rates of its service: on which quotas an operation counts, and whose they are. What
// is signed counts on its caller's account. What needs no signature counts on the account that it names, and on the
// address that it comes from: nobody answers for the name, so one stranger must not use up an account's rate. The two
// kinds have counters apart, so that names that are made up take none from those who sign. Thread-safe; takes no lock.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "api/service.h"
#include "api/throttle.h"
#include "base/ids.h"

namespace coffer::api {

class RequestRates {
 public:
  explicit RequestRates(const std::vector<Service>& services);

  // On which quotas an operation counts.
  struct Counted {
    std::optional<size_t> by_account{};
    std::optional<size_t> by_source{};  // of operations that need no signature
    bool is_unsigned = false;
  };
  // `services`: as they were given to the constructor.
  static Counted counted(const std::vector<Service>& services, const Service& service, const Operation& operation);

  struct Asker {
    AccountId account;         // empty: none is known, and those of whom none is known share one rate
    std::string_view address;  // without a port; of IPv6, addresses of one network of 64 bits count as one
  };
  // Counts the request if it is within all of its rates.
  bool admit(const Counted& counted, const Asker& asker, std::chrono::microseconds now);

 private:
  Throttle signed_;
  Throttle unsigned_;
  Throttle sources_;
};

}  // namespace coffer::api
