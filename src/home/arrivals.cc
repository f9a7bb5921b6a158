#include "home/arrivals.h"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "home/home_region.h"
#include "home/state_rows.h"
#include "store/keys.h"

namespace coffer::home {
namespace {

// More wait only when the region is far behind, and then nobody can wait for it.
constexpr size_t kScannedMarks = 1000;

// More are stuck only when everything is; then each is waited for once more.
constexpr size_t kMaxStuck = 1000;

// A state that has not come, and what is here instead.
struct Lack {
  std::string state;
  Stamp here;
};

Result<std::vector<Lack>> lacks(const store::Store& store, const std::vector<Arrival>& states) {
  std::vector<Lack> missing;
  for (const Arrival& state : states) {
    COFFER_ASSIGN(const StoredState stored, read_state(store, state.of));
    if (stored.info.stamp.generation >= state.generation) continue;
    missing.push_back({state.of.kind + '\0' + state.of.account.text() + '\0' + state.of.name, stored.info.stamp});
  }
  return missing;
}

}  // namespace

Result<std::vector<Arrival>> marked_since(const store::Store& store, const MarksSince& marks) {
  std::vector<Arrival> arrivals;
  for (const StateKind* kind : marks.kinds) {
    std::string prefix = store::OutboxKey::prefix(marks.peer);
    prefix.append(kind->word()).push_back(store::kSeparator);
    COFFER_ASSIGN(const auto rows, store.scan(store::ScanRange::prefix(prefix, kScannedMarks)));
    for (const store::Row& row : rows) {
      const auto key = store::OutboxKey::parse(row.key);
      const auto mark = store::OutboxMark::parse(row.value);
      if (row.revision <= marks.revision || !key || !mark) continue;
      if (arrivals.size() < kMaxArrivals) arrivals.push_back({{key->kind, key->account, key->name}, mark->generation});
    }
  }
  return arrivals;
}

// Shared with the store's listener, which lives as long as the store.
struct Arrivals::Bell {
  std::mutex mutex;
  std::condition_variable rung;
  uint64_t times = 0;  // that a state has come
  bool is_stopped = false;
  std::map<std::string, Stamp, std::less<>> stuck;  // what has been waited for in vain, and what was here then

  bool is_stuck(const Lack& lack) const {
    const auto found = stuck.find(lack.state);
    return found != stuck.end() && found->second == lack.here;
  }
  void note_stuck(const std::vector<Lack>& missing) {
    if (stuck.size() + missing.size() > kMaxStuck) stuck.clear();
    for (const Lack& lack : missing)
      stuck.insert_or_assign(lack.state, lack.here);
  }
};

Arrivals::Arrivals(store::Store& store) : store_(store), bell_(std::make_shared<Bell>()) {
  store.on_commit([bell = bell_, family = state_family()](store::Revision, const std::vector<store::Change>& changes) {
    bool has_come = false;
    for (const store::Change& change : changes)
      has_come = has_come || (!change.deleted && change.key.starts_with(family));
    if (!has_come) return;
    {
      const std::lock_guard lock(bell->mutex);
      ++bell->times;
    }
    bell->rung.notify_all();
  });
}

Result<bool> Arrivals::wait(const std::vector<Arrival>& states, Duration patience) const {
  // Conditions wait in real time, whatever clock the caller works with.
  const SystemClock clock;
  const Duration deadline = clock.monotonic() + patience;
  for (;;) {
    uint64_t times = 0;
    {
      const std::lock_guard lock(bell_->mutex);
      times = bell_->times;
    }
    COFFER_ASSIGN(const std::vector<Lack> missing, lacks(store_, states));
    if (missing.empty()) return true;
    std::unique_lock lock(bell_->mutex);
    if (std::ranges::all_of(missing, [this](const Lack& lack) { return bell_->is_stuck(lack); })) return false;
    // Not before the state is looked at again: what came meanwhile has rung.
    const bool rung = bell_->rung.wait_for(lock, deadline - clock.monotonic(),
                                           [&] { return bell_->times != times || bell_->is_stopped; });
    if (!rung) bell_->note_stuck(missing);
    if (!rung || bell_->is_stopped) return false;
  }
}

void Arrivals::stop() {
  {
    const std::lock_guard lock(bell_->mutex);
    bell_->is_stopped = true;
  }
  bell_->rung.notify_all();
}

}  // namespace coffer::home
