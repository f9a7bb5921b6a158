#include "regions/membership.h"

#include <algorithm>

namespace coffer::regions {
namespace {

// A deployment has no more regions than that.
constexpr size_t kMaxRows = 10'000;
constexpr int kAttempts = 10;

Error refusal(std::string message) {
  return Error{ErrorCode::kInvalidRequest, std::move(message)};
}

bool is_conflict(const Result<void>& written) {
  return !written.ok() && written.error().code == ErrorCode::kConflict;
}

}  // namespace

Result<void> Membership::load() {
  COFFER_ASSIGN(const auto rows, parts_.store.scan(store::ScanRange::prefix(peer_family(), kMaxRows)));
  {
    const std::lock_guard lock(mutex_);
    for (const store::Row& row : rows) {
      const auto region = region_of_peer_key(row.key);
      if (!region) return Error{ErrorCode::kCorrupt, "the key of another region's record is damaged"};
      COFFER_ASSIGN(rows_[*region], decode_peer(row.value));
    }
    for (const auto& [region, row] : rows_) {
      const auto configured = std::ranges::find(parts_.configured, region, &Peer::region);
      const bool is_configured = configured != parts_.configured.end();
      if (row.is_removed && is_configured) {
        parts_.log.warning("peer_removed_at_run_time", {{"region", region.text()}, {"by", row.decided_by}});
      } else if (!row.is_removed && !is_configured) {
        parts_.log.info("peer_added_at_run_time",
                        {{"region", region.text()}, {"link", row.address.text()}, {"by", row.decided_by}});
      } else if (!row.is_removed && configured->address != row.address) {
        parts_.log.warning("peer_moved_at_run_time", {{"region", region.text()},
                                                      {"link", row.address.text()},
                                                      {"configured", configured->address.text()},
                                                      {"by", row.decided_by}});
      }
    }
  }
  publish();
  if (parts_.has_link || peers().empty()) return {};
  return Error{ErrorCode::kUsage, "regions were added at run time, such as " + peers().front().region.text() +
                                      ", and the configuration has no [link] any more"};
}

void Membership::set_follower(Follower* follower) {
  const std::lock_guard changes(changes_);
  follower_ = follower;
}

std::vector<Peer> Membership::effective() const {
  std::vector<Peer> peers;
  for (const Peer& configured : parts_.configured) {
    const auto row = rows_.find(configured.region);
    if (row == rows_.end()) {
      peers.push_back(configured);
    } else if (!row->second.is_removed) {
      peers.push_back({configured.region, row->second.address});
    }
  }
  for (const auto& [region, row] : rows_) {
    const bool is_configured = std::ranges::find(parts_.configured, region, &Peer::region) != parts_.configured.end();
    if (!is_configured && !row.is_removed) peers.push_back({region, row.address});
  }
  return peers;
}

void Membership::publish() {
  std::vector<Region> others;
  std::vector<Region> removed;
  {
    const std::lock_guard lock(mutex_);
    for (const Peer& peer : effective())
      others.push_back(peer.region);
    for (const auto& [region, row] : rows_)
      if (row.is_removed) removed.push_back(region);
  }
  parts_.regions.set_others(std::move(others), std::move(removed));
}

std::vector<Peer> Membership::peers() const {
  const std::lock_guard lock(mutex_);
  return effective();
}

std::optional<Address> Membership::address_of(const Region& region) const {
  for (const Peer& peer : peers()) {
    if (peer.region == region) return peer.address;
  }
  return std::nullopt;
}

bool Membership::was_removed(const Region& region) const {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(region);
  return row != rows_.end() && row->second.is_removed;
}

std::vector<Removal> Membership::removals() const {
  const std::lock_guard lock(mutex_);
  std::vector<Removal> removals;
  for (const auto& [region, row] : rows_) {
    if (row.is_removed && !row.is_forgotten) removals.push_back({region, row.decided, row.is_lost});
  }
  return removals;
}

Result<void> Membership::write(const Region& region, const PeerRow& row, std::vector<store::Precondition> conditions) {
  store::Transaction transaction;
  transaction.preconditions = std::move(conditions);
  transaction.puts.push_back({peer_key(region), encode(row)});
  COFFER_TRY(parts_.store.commit(std::move(transaction)));
  const std::lock_guard lock(mutex_);
  rows_[region] = row;
  return {};
}

Result<Joining> Membership::would_add(const Peer& peer) const {
  const Region& here = parts_.regions.self();
  if (peer.region == here) return refusal("This is " + here.text() + ": a region is not added to itself.");
  if (!parts_.has_link) {
    return refusal(here.text() +
                   " has no [link] in its configuration, so no other region can reach it. Give it one, with a "
                   "certificate of the deployment's authority, and start it again.");
  }
  const std::vector<Removal> leaving = removals();
  const auto removal = std::ranges::find(leaving, peer.region, &Removal::region);
  if (removal != leaving.end() && removal->is_lost) {
    // One that comes back while it is still being taken out of everything would be half there.
    return refusal(
        peer.region.text() +
        " was removed as lost, and is still being taken out of the secrets that were replicated to it. Try again when "
        "GetRegionStatus does not list it in BeingForgotten any more.");
  }
  const std::optional<Address> before = address_of(peer.region);
  if (!before) return Joining::kJoined;
  return *before == peer.address ? Joining::kUnchanged : Joining::kMoved;
}

Result<Joining> Membership::add(const Peer& peer, const std::string& by) {
  const std::lock_guard changes(changes_);
  COFFER_ASSIGN(const Joining joining, would_add(peer));
  if (joining == Joining::kUnchanged) return joining;
  const bool is_new = joining == Joining::kJoined;
  if (is_new && follower_ != nullptr) COFFER_TRY(follower_->will_join(peer.region));
  COFFER_TRY(write(peer.region, {.address = peer.address, .decided = parts_.clock.now(), .decided_by = by}));
  publish();
  parts_.log.info(is_new ? "region_added" : "region_moved",
                  {{"region", peer.region.text()}, {"link", peer.address.text()}, {"by", by}});
  if (follower_ != nullptr) is_new ? follower_->joined(peer) : follower_->moved(peer);
  return joining;
}

Result<bool> Membership::remove(const Departure& departure, const MayGo& may_go) {
  const Region& here = parts_.regions.self();
  const Region& region = departure.region;
  if (region == here) return refusal("This is " + here.text() + ": a region is not removed from itself.");
  const std::lock_guard changes(changes_);
  const std::optional<Address> address = address_of(region);
  if (!address) return false;
  const auto try_it = [&]() -> Result<void> {
    COFFER_ASSIGN(std::vector<store::Precondition> conditions, may_go());
    const PeerRow row{.address = *address,
                      .is_removed = true,
                      .is_lost = departure.is_lost,
                      .decided = parts_.clock.now(),
                      .decided_by = departure.by};
    return write(region, row, std::move(conditions));
  };
  Result<void> written = try_it();
  for (int attempt = 1; attempt < kAttempts && is_conflict(written); ++attempt)
    written = try_it();
  if (is_conflict(written)) return Error{ErrorCode::kIo, "whether " + region.text() + " may go keeps changing"};
  COFFER_TRY(written);
  publish();
  parts_.log.warning("region_removed",
                     {{"region", region.text()}, {"lost", departure.is_lost ? "yes" : "no"}, {"by", departure.by}});
  if (follower_ != nullptr) follower_->left(region);
  return true;
}

Result<void> Membership::forget(const Removal& removal) {
  const std::lock_guard changes(changes_);
  PeerRow row;
  {
    const std::lock_guard lock(mutex_);
    const auto found = rows_.find(removal.region);
    if (found == rows_.end() || !found->second.is_removed || found->second.decided != removal.when) return {};
    row = found->second;
  }
  row.is_forgotten = true;
  COFFER_TRY(write(removal.region, row));
  parts_.log.info("region_forgotten", {{"region", removal.region.text()}});
  return {};
}

}  // namespace coffer::regions
