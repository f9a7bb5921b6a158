#include "replication/departures.h"

#include "store/keys.h"

namespace coffer::replication {
namespace {

constexpr size_t kMarksPerCommit = 1'000;
constexpr size_t kPage = 100;
constexpr Duration kStep = std::chrono::milliseconds(300);
// A request that has looked at the list of regions before one was removed has committed by then.
constexpr Duration kUnderWay = std::chrono::seconds(10);
constexpr std::string_view kSecretKind = "secret";

bool stays(const store::Row& row) {
  const auto key = store::OutboxKey::parse(row.key);
  const auto mark = store::OutboxMark::parse(row.value);
  return key && mark && key->kind == kSecretKind && mark->action == store::OutboxMark::Action::kRemove;
}

}  // namespace

Result<size_t> Departures::step() {
  const Duration end = parts_.clock.monotonic() + kStep;
  size_t changed = 0;
  for (const regions::Removal& removal : parts_.membership.removals()) {
    Pass& pass = passes_[removal.region];
    if (pass.removal != removal.when) pass = {.removal = removal.when};
    for (bool is_done = false; !is_done && parts_.clock.monotonic() <= end;) {
      if (!parts_.membership.was_removed(removal.region)) break;  // it has come again meanwhile
      COFFER_ASSIGN(is_done, advance(removal, pass, changed));
    }
  }
  return changed;
}

Result<bool> Departures::advance(const regions::Removal& removal, Pass& pass, size_t& changed) {
  const Time now = parts_.clock.now();
  if (!pass.is_under_way) {
    // The last pass has found nothing, and is early: the next one is to be late enough.
    const bool is_early = pass.begun != Time() && !pass.has_found && now < removal.when + kUnderWay;
    if (is_early) return true;
    pass = {.removal = removal.when, .begun = now, .is_under_way = true};
    COFFER_ASSIGN(const size_t keys, parts_.keys.forget_region(removal.region));
    changed += keys;
    pass.has_found = keys > 0;
  }
  COFFER_ASSIGN(const secrets::Forgetting step, parts_.secrets.forget_region(removal.region, pass.next, kPage));
  changed += step.changed;
  pass.has_found = pass.has_found || step.changed > 0 || step.failed;
  if (step.failed) {
    parts_.log.warning("region_not_forgotten_by_all",
                       {{"region", removal.region.text()}, {"error", step.failed->message}});
  }
  pass.next = step.next;
  if (!pass.next.empty()) return false;
  pass.is_under_way = false;
  COFFER_ASSIGN(const bool had_marks, delete_marks(removal.region));
  pass.has_found = pass.has_found || had_marks;
  // What cannot be changed is tried again with the next step, not at once.
  if (step.failed) return true;
  if (pass.has_found || pass.begun < removal.when + kUnderWay) return false;
  COFFER_TRY(parts_.membership.forget(removal));
  passes_.erase(removal.region);
  return true;
}

Result<bool> Departures::delete_marks(const Region& region) {
  auto range = store::ScanRange::prefix(store::OutboxKey::prefix(region), kMarksPerCommit);
  for (bool had_some = false;;) {
    // It may have come again meanwhile, and these would be new ones.
    COFFER_ASSIGN(const auto decided, parts_.store.get(regions::peer_key(region)));
    if (!decided || !parts_.membership.was_removed(region)) return had_some;
    COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
    store::Transaction transaction;
    transaction.preconditions.push_back({decided->key, decided->revision});
    for (const store::Row& row : rows) {
      if (stays(row)) continue;
      transaction.preconditions.push_back({row.key, row.revision});
      transaction.deletes.push_back(row.key);
    }
    if (!transaction.deletes.empty()) {
      had_some = true;
      const auto committed = parts_.store.commit(std::move(transaction));
      if (!committed.ok() && committed.error().code != ErrorCode::kConflict) return committed.error();
      if (!committed.ok()) continue;
    }
    if (rows.size() < kMarksPerCommit) return had_some;
    range.begin = rows.back().key + '\0';
  }
}

}  // namespace coffer::replication
