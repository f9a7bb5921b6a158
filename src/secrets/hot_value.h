// What reading the same version of a secret again and again needs, kept with the secret's view: the sealed value,
// filled in by the first read, and the day on which the access was noted. It goes with the view, which the next commit
// to the secret invalidates. Never holds plaintext. Thread-safe; the first to fill it wins.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/ids.h"

namespace coffer::secrets {

class HotValue {
 public:
  HotValue() = default;
  HotValue(const HotValue&) = delete;
  HotValue& operator=(const HotValue&) = delete;
  ~HotValue() { delete filled_.load(std::memory_order_acquire); }

  // nullptr unless filled for that very object: the version ids of one view live as long as it does, and comparing
  // addresses touches no memory.
  const std::string* find(const VersionId& version) const {
    const Filled* const filled = filled_.load(std::memory_order_acquire);
    return filled != nullptr && filled->version == &version ? &filled->sealed : nullptr;
  }
  // REQUIRES: `version` is part of the view that this is part of.
  void fill(const VersionId& version, std::string sealed) const {
    const auto* const fresh = new Filled{&version, std::move(sealed), {}};
    const Filled* expected = nullptr;
    if (!filled_.compare_exchange_strong(expected, fresh, std::memory_order_acq_rel)) delete fresh;
  }

  bool was_noted(const VersionId& version, Time day) const {
    const Filled* const filled = filled_.load(std::memory_order_acquire);
    return filled != nullptr && filled->version == &version &&
           filled->noted_day.load(std::memory_order_relaxed) == day.time_since_epoch().count();
  }
  void set_noted(const VersionId& version, Time day) const {
    const Filled* const filled = filled_.load(std::memory_order_acquire);
    if (filled == nullptr || filled->version != &version) return;
    filled->noted_day.store(day.time_since_epoch().count(), std::memory_order_relaxed);
  }

 private:
  struct Filled {
    const VersionId* version;
    std::string sealed;
    mutable std::atomic<int64_t> noted_day;
  };
  mutable std::atomic<const Filled*> filled_ = nullptr;
};

}  // namespace coffer::secrets
