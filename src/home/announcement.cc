#include "home/announcement.h"

#include <iterator>

namespace coffer::home {

Result<size_t> announce_everything(HomeRegion& home, const StateKinds& kinds) {
  COFFER_ASSIGN(const std::vector<Region> untold, home.untold());
  if (untold.empty()) return size_t{0};
  std::vector<StateId> states;
  for (const StateKind* kind : kinds) {
    COFFER_ASSIGN(std::vector<StateId> of_kind, kind->all());
    std::ranges::move(of_kind, std::back_inserter(states));
  }
  for (const Region& peer : untold) {
    COFFER_TRY(home.mark(peer, states));
    COFFER_TRY(home.told(peer));
  }
  return states.size();
}

}  // namespace coffer::home
