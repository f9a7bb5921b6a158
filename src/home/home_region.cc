#include "home/home_region.h"

#include <algorithm>
#include <span>

#include "store/keys.h"

namespace coffer::home {
namespace {

constexpr size_t kMarksPerCommit = 1000;
constexpr int kAttempts = 8;

store::Put mark_of(const Region& peer, const StateId& id, uint64_t generation) {
  return {store::OutboxKey{peer, id.kind, id.account, id.name}.text(),
          store::OutboxMark{.generation = generation}.encode()};
}

uint64_t start_in(const HomeRow& row, const Region& peer) {
  const auto found = row.starts.find(peer);
  return found == row.starts.end() ? 0 : found->second;
}

Error keeps_changing() {
  return Error{ErrorCode::kIo, "who is home could not be written: the row keeps changing"};
}

}  // namespace

HomeRegion::HomeRegion(const Parts& parts) : parts_(parts) {
  parts_.store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
    for (const store::Change& change : changes) {
      if (change.key == home_key()) cache_.invalidate(change.key);
    }
  });
}

HomeRegion::~HomeRegion() = default;

Result<std::shared_ptr<const HomeRegion::View>> HomeRegion::view() const {
  return cache_.get(home_key(), [this]() -> Result<std::shared_ptr<const View>> {
    COFFER_ASSIGN(const auto row, parts_.store.get(home_key()));
    if (!row) return std::make_shared<const View>(View{{{parts_.configured, 1}, {}, false, {}}, 0});
    COFFER_ASSIGN(HomeRow known, decode_home(row->value));
    return std::make_shared<const View>(View{std::move(known), row->revision});
  });
}

Result<void> HomeRegion::replace(store::Revision revision, const HomeRow& row) const {
  store::Transaction transaction;
  transaction.preconditions.push_back({home_key(), revision});
  transaction.puts.push_back({home_key(), encode(row)});
  COFFER_TRY(parts_.store.commit(std::move(transaction)));
  return {};
}

Result<void> HomeRegion::start() {
  COFFER_ASSIGN(const auto known, view());
  if (known->revision != 0) return {};
  const Result<void> written = replace(0, known->row);
  if (!written.ok() && written.error().code != ErrorCode::kConflict) return written.error();
  return {};
}

Result<Claim> HomeRegion::claim() const {
  COFFER_ASSIGN(const auto known, view());
  return known->row.claim;
}

Result<bool> HomeRegion::is_here() const {
  COFFER_ASSIGN(const auto known, view());
  return known->row.claim.region == region() && !known->row.is_forgotten;
}

Result<bool> HomeRegion::is_forgotten() const {
  COFFER_ASSIGN(const auto known, view());
  return known->row.is_forgotten;
}

Result<std::shared_ptr<const HomeRegion::View>> HomeRegion::view_at_home() const {
  COFFER_ASSIGN(auto known, view());
  if (known->row.is_forgotten) {
    return Error{ErrorCode::kServiceUnavailable,
                 "Identities are changed in " + region().text() +
                     ", whose store was restored from a backup: its operator must say " +
                     "whose state is to stay. Nothing was changed."};
  }
  if (known->row.claim.region == region()) return known;
  return Error{ErrorCode::kServiceUnavailable, "Identities are changed in " + known->row.claim.region.text() +
                                                   ", which is their home region, not in " + region().text() + "."};
}

Result<void> HomeRegion::require_here() const {
  COFFER_TRY(view_at_home());
  return {};
}

Result<void> HomeRegion::complete(const StateChange& change, store::Transaction& transaction) const {
  COFFER_ASSIGN(const auto known, view_at_home());
  COFFER_ASSIGN(const StoredState state, read_state(parts_.store, change.of));
  // Whoever made the change has seen another state; or the state is older than the stamps, and has none yet.
  const bool follows = state.info.stamp.generation + 1 == change.generation || state.revision == 0;
  if (!follows) return Error{ErrorCode::kConflict, "the state has changed meanwhile"};
  if (state.info.is_settling) {
    return Error{ErrorCode::kServiceUnavailable, "what has arrived here is still being put into its places"};
  }
  HistoryEntry entry{{change.generation, known->row.claim.epoch, 0}, change.erased};
  parts_.random.fill(std::as_writable_bytes(std::span(&entry.stamp.id, 1)));

  transaction.preconditions.push_back({home_key(), known->revision});
  transaction.preconditions.push_back({state_key(change.of), state.revision});
  transaction.puts.push_back({state_key(change.of), encode(StateInfo{entry.stamp, false, state.info.reception})});
  transaction.puts.push_back({history_key(change.of, change.generation), encode(entry)});
  if (change.generation > kRememberedChanges) {
    transaction.deletes.push_back(history_key(change.of, change.generation - kRememberedChanges));
  }
  for (const Region& peer : peers())
    transaction.puts.push_back(mark_of(peer, change.of, change.generation));
  return {};
}

Result<store::Precondition> HomeRegion::fence(const Claim& claim) const {
  COFFER_ASSIGN(const auto known, view());
  if (known->row.claim != claim) return Error{ErrorCode::kConflict, "another region has become home meanwhile"};
  return store::Precondition{home_key(), known->revision};
}

Result<bool> HomeRegion::learn(const Claim& claim) {
  if (!parts_.regions.has(claim.region)) {
    return Error{ErrorCode::kPermission,
                 claim.region.text() + " is said to be home, and is no region of this deployment"};
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    COFFER_ASSIGN(const auto known, view());
    if (claim.epoch <= known->row.claim.epoch) return false;
    // Nobody but adopt(), here, could have said so.
    const bool is_forgotten = claim.region == region();
    const Result<void> written = replace(known->revision, {claim, {}, is_forgotten, known->row.starts});
    if (written.ok()) return true;
    if (written.error().code != ErrorCode::kConflict) return written.error();
  }
  return keeps_changing();
}

Result<Claim> HomeRegion::adopt(const Claim& before) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    COFFER_ASSIGN(const auto known, view());
    if (known->row.claim != before) {
      return Error{ErrorCode::kConflict, "another region has become home meanwhile"};
    }
    if (before.epoch >= kLastEpoch) return Error{ErrorCode::kCorrupt, "the epoch of the home makes no sense"};
    const Claim claim{region(), before.epoch + 1};
    const Result<void> written = replace(known->revision, {claim, {}, false, known->row.starts});
    if (written.ok()) return claim;
    if (written.error().code != ErrorCode::kConflict) return written.error();
  }
  return keeps_changing();
}

Result<std::vector<Region>> HomeRegion::untold() const {
  COFFER_ASSIGN(const auto known, view());
  if (known->row.is_forgotten) return std::vector<Region>();
  const bool is_here = known->row.claim.region == region();
  std::vector<Region> regions = is_here ? peers() : std::vector<Region>{known->row.claim.region};
  std::erase_if(regions, [&](const Region& region) { return std::ranges::count(known->row.told, region) > 0; });
  return regions;
}

Result<void> HomeRegion::mark(const Region& peer, const std::vector<StateId>& states) const {
  COFFER_ASSIGN(const auto known, view());
  for (size_t begin = 0; begin < states.size(); begin += kMarksPerCommit) {
    store::Transaction transaction;
    transaction.preconditions.push_back({home_key(), known->revision});
    const size_t end = std::min(begin + kMarksPerCommit, states.size());
    for (size_t i = begin; i < end; ++i) {
      COFFER_ASSIGN(const StoredState state, read_state(parts_.store, states[i]));
      transaction.puts.push_back(mark_of(peer, states[i], state.info.stamp.generation));
    }
    COFFER_TRY(parts_.store.commit(std::move(transaction)));
  }
  return {};
}

Result<void> HomeRegion::told(const Region& peer, uint64_t start) {
  COFFER_ASSIGN(const auto known, view());
  if (start_in(known->row, peer) != start) {
    return Error{ErrorCode::kConflict, peer.text() + " has started again meanwhile"};
  }
  HomeRow row = known->row;
  row.told.push_back(peer);
  return replace(known->revision, row);
}

Result<void> HomeRegion::joins(const Region& peer) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    COFFER_ASSIGN(const auto known, view());
    HomeRow row = known->row;
    row.starts.erase(peer);
    std::erase(row.told, peer);
    const Result<void> written = replace(known->revision, row);
    if (written.ok() || written.error().code != ErrorCode::kConflict) return written;
  }
  return keeps_changing();
}

Result<void> HomeRegion::started(const Region& peer, uint64_t start) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    COFFER_ASSIGN(const auto known, view());
    const bool is_home = known->row.claim.region == region();
    if (!is_home || start_in(known->row, peer) == start) return {};
    HomeRow row = known->row;
    row.starts[peer] = start;
    std::erase(row.told, peer);
    const Result<void> written = replace(known->revision, row);
    if (written.ok() || written.error().code != ErrorCode::kConflict) return written;
  }
  return keeps_changing();
}

Result<uint64_t> HomeRegion::start_of(const Region& peer) const {
  COFFER_ASSIGN(const auto known, view());
  return start_in(known->row, peer);
}

Result<StoredState> read_state(const store::Store& store, const StateId& id) {
  COFFER_ASSIGN(const auto row, store.get(state_key(id)));
  if (!row) return StoredState();
  COFFER_ASSIGN(StateInfo info, decode_state(row->value));
  return StoredState{std::move(info), row->revision};
}

}  // namespace coffer::home
