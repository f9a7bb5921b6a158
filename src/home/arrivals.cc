#include "home/arrivals.h"

#include <condition_variable>
#include <mutex>

#include "home/home_region.h"
#include "home/state_rows.h"
#include "store/keys.h"

namespace coffer::home {
namespace {

// More wait only when the region is far behind, and then nobody can wait for it.
constexpr size_t kScannedMarks = 1000;

Result<bool> is_here(const store::Store& store, const std::vector<Arrival>& states) {
  for (const Arrival& state : states) {
    COFFER_ASSIGN(const StoredState stored, read_state(store, state.of));
    if (stored.info.stamp.generation < state.generation) return false;
  }
  return true;
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
    COFFER_ASSIGN(const bool here, is_here(store_, states));
    if (here) return true;
    std::unique_lock lock(bell_->mutex);
    // Not before the state is looked at again: what came meanwhile has rung.
    const bool rung = bell_->rung.wait_for(lock, deadline - clock.monotonic(),
                                           [&] { return bell_->times != times || bell_->is_stopped; });
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
