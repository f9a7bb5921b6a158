#include "home/announcement.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "home/state_rows.h"

namespace coffer::home {
namespace {

constexpr size_t kScanPage = 1000;

}  // namespace

Result<std::vector<StateId>> all_states(const StateReceiver& receiver) {
  const StateKinds& kinds = receiver.kinds();
  std::vector<StateId> states;
  std::set<std::string> keys;
  store::ScanRange range = store::ScanRange::prefix(state_family(), kScanPage);
  for (;;) {
    COFFER_ASSIGN(const auto rows, receiver.store().scan(range));
    for (const store::Row& row : rows) {
      const auto id = state_of_key(row.key);
      if (!id || find_kind(kinds, id->kind) == nullptr) continue;
      states.push_back(*id);
      keys.insert(row.key);
    }
    if (rows.size() < kScanPage) break;
    range.begin = rows.back().key + '\0';
  }
  // And those from before there were stamps.
  for (const StateKind* kind : kinds) {
    COFFER_ASSIGN(std::vector<StateId> of_kind, kind->all());
    std::ranges::copy_if(of_kind, std::back_inserter(states),
                         [&keys](const StateId& id) { return !keys.contains(state_key(id)); });
  }
  return states;
}

Result<bool> announce_everything(const StateReceiver& states, const Region& peer) {
  HomeRegion& home = states.home();
  COFFER_ASSIGN(const std::vector<Region> untold, home.untold());
  if (std::ranges::count(untold, peer) == 0) return false;
  COFFER_ASSIGN(const uint64_t start, home.start_of(peer));
  COFFER_ASSIGN(std::vector<StateId> ids, all_states(states));
  COFFER_ASSIGN(const Claim claim, home.claim());
  // A region that has nothing to tell still says who is home, by asking about nothing.
  if (ids.empty() && claim.epoch > 1 && !states.kinds().empty()) {
    ids.push_back({std::string(states.kinds().front()->word()), {}, {}});
  }
  COFFER_TRY(home.mark(peer, ids));
  COFFER_TRY(home.told(peer, start));
  return true;
}

}  // namespace coffer::home
