// The keys that seal session tokens: the same in all regions of a deployment, each region's copy wrapped by its region
// key. Made in the identity home region, from where they flow to all others. A new one is made every 30 days, a day
// before it begins to seal, so that the others have it by then; an old one stays for as long as a session can last.
// Rows: docs/formats/sessions.md. Thread-safe.
#pragma once

#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "home/home_region.h"
#include "seal/region_key.h"
#include "store/row_cache.h"
#include "store/store.h"
#include "sts/session_key.h"

namespace coffer::sts {

inline constexpr Duration kLongestSession = std::chrono::hours(36);
inline constexpr Duration kSessionKeyPeriod = std::chrono::days(30);
inline constexpr Duration kSessionKeyNotice = std::chrono::days(1);  // between being made and beginning to seal

class SessionKeys {
 public:
  struct Parts {
    store::Store& store;
    const seal::RegionKey& region_key;
    Random& random;
    const home::HomeRegion& home;
  };
  // Listens to the store from now on, for the life of the store.
  explicit SessionKeys(const Parts& parts);
  ~SessionKeys();

  // The key that seals at `now`. kServiceUnavailable while there is none: none was made, or none has come from the home
  // region.
  Result<SessionKeyPointer> sealing_key(Time now) const;
  // Null when there is none of that id.
  Result<SessionKeyPointer> find(std::string_view id) const;

  // Makes and drops what is due, in one transaction with the outbox marks, waiting for the commit; says when to come
  // again. The first key seals at once. Elsewhere than in the identity home region there is nothing due. kConflict when
  // somebody else was faster: come again at once.
  Result<Time> step(Time now);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::sts
