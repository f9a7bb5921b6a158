// Ends what regions that were removed have left behind in this one: marks for them, and their places in the lists of
// replica regions of secrets and multi-region keys. A request that was under way when a region was removed may still
// write such things, so it looks until it finds nothing any more.
// Promises: the marks stay that say that a copy there is to be deleted. If the region ever comes again with its disk,
// it would serve that copy for ever.
// An engine without a thread: step() does a part of it. Begins anew after a restart. Not thread-safe.
#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "kms/key_exchange.h"
#include "regions/membership.h"
#include "secrets/secret_store.h"
#include "store/store.h"

namespace coffer::replication {

class Departures {
 public:
  struct Parts {
    store::Store& store;
    secrets::SecretStore& secrets;
    kms::KeyExchange& keys;
    regions::Membership& membership;
    const Clock& clock;
    const Log& log;
  };
  explicit Departures(const Parts& parts) : parts_(parts) {}

  // How many secrets and keys it has changed. Takes about 300 ms at most. kIo, kCorrupt.
  Result<size_t> step();

 private:
  // Through all secrets, once.
  struct Pass {
    Time removal{};
    Time begun{};
    std::string next;  // where it goes on
    bool is_under_way = false;
    bool has_found = false;  // something to change
  };
  // Whether the region is done with, for now.
  Result<bool> advance(const regions::Removal& removal, Pass& pass, size_t& changed);
  // Whether there were some.
  Result<bool> delete_marks(const Region& region);

  const Parts parts_;
  std::map<Region, Pass> passes_;
};

}  // namespace coffer::replication
