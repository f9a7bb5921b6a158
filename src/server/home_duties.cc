#include "server/home_duties.h"

namespace coffer::server {

Result<size_t> HomeDuties::step() {
  const std::lock_guard lock(mutex_);
  COFFER_ASSIGN(const home::Claim claim, parts_.home.claim());
  if (claim.region != parts_.home.region() || claim.epoch == done_) return size_t{0};
  const Result<Time> keys = parts_.session_keys.step(parts_.clock.now());
  // Whoever was faster has seen to it.
  if (!keys.ok() && keys.error().code != ErrorCode::kConflict) return keys.error();
  COFFER_ASSIGN(const size_t ended, organizations_service::end_started_requests(parts_.organizations));
  done_ = claim.epoch;
  return ended;
}

}  // namespace coffer::server
