// What a region does as soon as it has become home of identities: what the home before it was still sending is put into
// its places, session keys are its to make, and requests for accounts that the home before it has left in progress are
// its to end. Thread-safe.
#pragma once

#include <mutex>

#include "base/clock.h"
#include "base/result.h"
#include "home/home_region.h"
#include "home/state_receiver.h"
#include "services/organizations/rooms.h"
#include "sts/session_keys.h"

namespace coffer::server {

class HomeDuties {
 public:
  struct Parts {
    const home::HomeRegion& home;
    home::StateReceiver& states;
    sts::SessionKeys& session_keys;
    organizations_service::Rooms& organizations;
    const Clock& clock;
  };
  explicit HomeDuties(const Parts& parts) : parts_(parts) {}

  // Does them once in each epoch in which this region is home, and once after a start; nothing elsewhere. To be called
  // often. Returns how many requests for accounts it ended; what fails (kIo, kCorrupt) is tried again by the next call.
  Result<size_t> step();

 private:
  Result<void> make_session_keys();

  const Parts parts_;
  std::mutex mutex_;
  uint64_t done_ = 0;  // the epoch in which they are done; 0: none yet
};

}  // namespace coffer::server
