// LastAccessedDate without a write per read: the first read of a version on a day is noted in memory, shown from there,
// and written by flush(). What was noted in the last second before a crash is lost. Bounded: beyond kMaxPending secrets
// a read is not noted, and the next one tries again. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "secrets/record_codec.h"
#include "secrets/secret_store.h"
#include "store/store.h"

namespace coffer::secrets {

// Adds dates to a view's; of two dates the later one counts.
void merge(SecretView& view, const AccessDates& dates);

// What was noted of one secret and not written yet.
struct PendingAccess {
  AccountId account;
  std::string name;
  std::string suffix;  // a secret made again under the same name has not been read
  AccessDates dates;
  uint64_t serial = 0;  // grows with every note
};

class AccessRecorder {
 public:
  static constexpr size_t kMaxPending = 100'000;

  // True if this was not noted yet: views of the secret are then out of date.
  bool note(const SecretView& view, const VersionId& version, Time day);
  // The same of the secret's copy in another region.
  bool note(const SecretView& view, const Region& region, Time day);
  // `prefix`: of the secret's rows.
  std::optional<PendingAccess> pending(std::string_view prefix) const;

  // Writes what was noted of secrets that still exist. `load` gives the secret's view; if it is one commit behind, the
  // dates are written by the next flush. What could not be written stays noted.
  using Load = std::function<Result<SecretPointer>(const AccountId&, std::string_view name)>;
  Result<void> flush(store::Store& store, const Load& load);

 private:
  // What is noted of the secret, to be added to; null if there are too many. REQUIRES: the mutex is held.
  PendingAccess* of(const Secret& secret);
  std::vector<PendingAccess> snapshot() const;
  void written(const PendingAccess& access);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, PendingAccess> pending_;
  uint64_t serial_ = 0;
};

}  // namespace coffer::secrets
