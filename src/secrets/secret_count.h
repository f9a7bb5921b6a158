// How many secrets each account has, and which of those to come have a place: the quota of secrets per account. Counted
// by a scan of the index of creation when an account first asks for a place, not at start, and followed from the
// store's commits from then on. Promises: creations at the same time do not pass the limit together, and no count is
// too low. What commits in the moment of a scan may make it too high; nobody is refused by a count that is older than
// ten seconds. Replicas count, and ask for no place. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "store/store.h"

namespace coffer::secrets {

class SecretCount {
  struct Account;

 public:
  // Registers with the store's commits.
  SecretCount(store::Store& store, const Clock& clock, size_t limit);

  // A place for one secret; given back when destroyed, unless it was filled.
  class Place {
   public:
    Place(Place&& other) noexcept
        : count_(other.count_),
          account_(std::exchange(other.account_, nullptr)),
          key_(std::move(other.key_)),
          scan_(other.scan_) {}
    ~Place();
    // The commit has succeeded, and so it has been counted.
    void fill();

   private:
    friend class SecretCount;
    Place(SecretCount& count, Account& account, std::string_view key)
        : count_(count), account_(&account), key_(key), scan_(account.scans) {}
    SecretCount& count_;
    Account* account_;
    std::string key_;
    const uint64_t scan_;  // the last one before it was taken
  };

  // `creation_key`: of the row whose commit makes the secret. May scan, and waits for others that do. kLimitExceeded
  // (text of Coffer's) when the account is full; what the store says when it cannot be scanned.
  Result<Place> take_place(const AccountId& account, std::string_view creation_key);

 private:
  struct Account {
    size_t secrets = 0;
    std::vector<std::string> awaited;  // creation keys of places whose commit has not been seen
    Duration counted{};                // when the last scan began
    bool known = false;                // it has succeeded
    bool scanning = false;
    size_t added = 0;  // meanwhile, whether or not the scan saw them
    uint64_t scans = 0;
    // A commit that began after the last scan has been seen here, and so every one that the scan saw.
    bool settled = false;
    bool has_doubtful = false;  // a deletion was seen before that, and not subtracted
  };

  void follow(const store::Change& change);
  bool is_full(const Account& account) const { return account.secrets + account.awaited.size() >= limit_; }
  // Counts anew. Without the lock, which is held before and after.
  Result<void> recount(const AccountId& id, Account& account, std::unique_lock<std::mutex>& lock);
  Result<size_t> scan(const AccountId& id) const;

  store::Store& store_;
  const Clock& clock_;
  const size_t limit_;
  std::mutex mutex_;
  std::condition_variable scanned_;
  std::map<std::string, Account, std::less<>> accounts_;  // those that have asked; entries stay where they are
};

}  // namespace coffer::secrets
