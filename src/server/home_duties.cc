#include "server/home_duties.h"

namespace coffer::server {
namespace {

constexpr int kAttempts = 8;

}  // namespace

Result<size_t> HomeDuties::step() {
  const std::lock_guard lock(mutex_);
  COFFER_ASSIGN(const bool is_here, parts_.home.is_here());
  COFFER_ASSIGN(const home::Claim claim, parts_.home.claim());
  if (!is_here || claim.epoch == done_) return size_t{0};
  // Each of its own: one that fails must not keep the others waiting.
  const Result<void> settled = parts_.states.settle_all();
  const Result<void> made = make_session_keys();
  const Result<size_t> ended = organizations_service::end_started_requests(parts_.organizations);
  COFFER_TRY(settled);
  COFFER_TRY(made);
  if (ended.ok()) done_ = claim.epoch;
  return ended;
}

Result<void> HomeDuties::make_session_keys() {
  for (int attempt = 1;; ++attempt) {
    const Result<Time> made = parts_.session_keys.step(parts_.clock.now());
    if (made.ok()) return {};
    // A chore was faster, or the regions are being told of the new home at this moment.
    if (made.error().code != ErrorCode::kConflict || attempt == kAttempts) return made.error();
  }
}

}  // namespace coffer::server
