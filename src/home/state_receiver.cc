#include "home/state_receiver.h"

#include <algorithm>
#include <set>

#include "home/state_exporter.h"
#include "home/state_settling.h"

namespace coffer::home {
namespace {

constexpr int kAttempts = 8;
constexpr size_t kScanPage = 1000;

Error unknown_kind(const StateId& id) {
  return Error{ErrorCode::kUsage, "a state of kind " + id.kind + " is not known here"};
}

// A name that could not be taken for another one's key.
bool is_sound_name(std::string_view name) {
  return !is_staged_name(name) && !name.starts_with('\0') && !name.ends_with('\0');
}

Result<void> check(const StatePart& part) {
  bool is_sound = part.target.generation != 0 && part.target.epoch <= part.home.epoch;
  std::set<std::string_view> names;
  for (const StateRow& row : part.rows)
    is_sound = is_sound && is_sound_name(row.name) && names.insert(row.name).second;
  uint64_t newest = part.extent == Extent::kDelta ? part.base.generation : 0;
  for (const HistoryEntry& entry : part.history) {
    is_sound = is_sound && entry.stamp.generation > newest && entry.stamp.generation <= part.target.generation;
    newest = entry.stamp.generation;
  }
  if (is_sound) return {};
  return Error{ErrorCode::kCorrupt, "a state of kind " + part.of.kind + " arrived that makes no sense"};
}

// Everything in one transaction, if there is room for it.
Result<store::Transaction> transaction_of(const StagePlace& place, const StatePart& part, const StoredState& known) {
  const std::string prefix = place.kind.prefix(place.id);
  store::Transaction transaction;
  std::set<std::string> named;  // keys of rows that are there afterwards
  std::set<std::string> kept;   // keys of what attends them
  for (const StateRow& row : part.rows) {
    std::string key = row_key(prefix, row.name);
    if (!row.value) {
      transaction.deletes.push_back(std::move(key));
      continue;
    }
    COFFER_ASSIGN(ArrivedRow arrived, place.kind.arriving(place.id, row));
    COFFER_ASSIGN(const auto attendants, place.kind.attendants(place.id, row.name, arrived.value));
    for (const Attendant& attendant : attendants)
      kept.insert(attendant.key);
    named.insert(key);
    transaction.puts.push_back({std::move(key), std::move(arrived.value)});
    std::ranges::move(arrived.attendants, std::back_inserter(transaction.puts));
  }

  const auto keep = [&kept](const std::string& key) { return kept.contains(key); };
  if (part.extent == Extent::kWhole) {
    COFFER_ASSIGN(const auto rows, place.store.scan(state_range(prefix)));
    transaction.deletes.clear();
    for (const store::Row& row : rows) {
      COFFER_TRY(drop_attendants(place, row, keep, transaction));
      if (!named.contains(row.key)) transaction.deletes.push_back(row.key);
    }
  } else {
    for (const StateRow& row : part.rows) {
      COFFER_ASSIGN(const auto old, place.store.get(row_key(prefix, row.name)));
      if (old) COFFER_TRY(drop_attendants(place, *old, keep, transaction));
    }
  }
  COFFER_TRY(conclude(place, part, known, StateInfo{part.target, false, std::nullopt}, transaction));
  return transaction;
}

bool fits(const StagePlace& place, const store::Transaction& transaction) {
  return transaction.preconditions.size() + transaction.puts.size() + transaction.deletes.size() <= place.operations &&
         check_limits(transaction).ok();
}

}  // namespace

Result<StateAnswer> StateReceiver::apply(const StatePart& part) {
  const StateKind* const kind = find_kind(parts_.kinds, part.of.kind);
  if (kind == nullptr) return unknown_kind(part.of);
  COFFER_TRY(check(part));
  for (int tried = 1;; ++tried) {
    Result<StateAnswer> answer = attempt(part, *kind);
    if (answer.ok() || answer.error().code != ErrorCode::kConflict) return answer;
    if (tried == kAttempts) return Error{ErrorCode::kIo, "a state could not be applied: its rows keep changing"};
  }
}

Result<bool> StateReceiver::learn(const Claim& claim) {
  COFFER_ASSIGN(const Claim before, parts_.home.claim());
  COFFER_ASSIGN(const bool is_news, parts_.home.learn(claim));
  if (!is_news) return false;
  if (claim.region == parts_.home.region()) {
    parts_.log.error("home_forgotten", {{"home", claim.region.text()}, {"epoch", claim.epoch}});
    return true;
  }
  const bool was_home = before.region == parts_.home.region() && claim.region != before.region;
  parts_.log.warning(was_home ? "no_longer_home" : "home_region_moved",
                     {{"home", claim.region.text()}, {"epoch", claim.epoch}, {"before", before.region.text()}});
  return true;
}

Result<Claim> StateReceiver::hear(const Claim& claim) {
  COFFER_TRY(learn(claim));
  return parts_.home.claim();
}

Result<StateAnswer> StateReceiver::answer(const StateQuestion& question) {
  const StateKind* const kind = find_kind(parts_.kinds, question.of.kind);
  if (kind == nullptr) return unknown_kind(question.of);
  COFFER_ASSIGN(const Claim known, hear(question.home));
  COFFER_ASSIGN(const Stamp stamp, current_stamp({parts_.store, *kind}, question.of));
  // One that was restored from a backup does not know what there is: nobody may drop what it does not name.
  COFFER_ASSIGN(const bool is_forgotten, parts_.home.is_forgotten());
  const bool is_known = known == question.home && !is_forgotten;
  return StateAnswer{is_known ? StateVerdict::kThere : StateVerdict::kOtherHome, stamp, known};
}

Result<bool> StateReceiver::drop(const StateId& id, const Claim& home) {
  const StateKind* const kind = find_kind(parts_.kinds, id.kind);
  if (kind == nullptr) return unknown_kind(id);
  COFFER_ASSIGN(store::Precondition fence, parts_.home.fence(home));
  const StagePlace place{parts_.store, *kind, id, std::move(fence), parts_.operations};
  COFFER_ASSIGN(const Stamp stamp, current_stamp({parts_.store, *kind}, id));
  if (stamp.generation != 0) {
    if (stamp.epoch >= home.epoch) return false;
    COFFER_TRY(settle(place));
    COFFER_TRY(put_nothing_in_force(place));
    parts_.log.warning("home_state_dropped", {{"kind", id.kind},
                                              {"account", id.account.text()},
                                              {"name", id.name},
                                              {"changes", stamp.generation},
                                              {"home", home.region.text()}});
  }
  COFFER_TRY(settle(place));
  return true;
}

Result<StateAnswer> StateReceiver::attempt(const StatePart& part, const StateKind& kind) {
  COFFER_ASSIGN(const Claim known, hear(part.home));
  StateAnswer answer{StateVerdict::kOtherHome, {}, known};
  if (known == part.home) {
    COFFER_ASSIGN(answer.verdict, receive(part, kind));
  }
  COFFER_ASSIGN(answer.stamp, current_stamp({parts_.store, kind}, part.of));
  return answer;
}

Result<StateVerdict> StateReceiver::receive(const StatePart& part, const StateKind& kind) {
  COFFER_ASSIGN(StoredState known, read_state(parts_.store, part.of));
  COFFER_ASSIGN(known.info.stamp, current_stamp({parts_.store, kind}, part.of));
  COFFER_ASSIGN(store::Precondition fence, parts_.home.fence(part.home));
  const StagePlace place{parts_.store, kind, part.of, std::move(fence), parts_.operations};
  if (known.info.is_settling || (known.info.reception && part.first_row == 0)) {
    COFFER_TRY(settle(place));
    return Error{ErrorCode::kConflict, "what had arrived before is in its places only now, or gone"};
  }
  if (known.info.stamp == part.target) return StateVerdict::kThere;
  if (known.info.stamp != part.base) return StateVerdict::kOtherBase;
  if (part.first_row == 0 && part.position == Position::kLast) {
    COFFER_ASSIGN(store::Transaction transaction, transaction_of(place, part, known));
    if (fits(place, transaction)) {
      COFFER_TRY(parts_.store.commit(std::move(transaction)));
      tell_of_lost(part);
      return StateVerdict::kApplied;
    }
  }
  const auto& reception = known.info.reception;
  const bool is_next = reception && reception->base == part.base && reception->target == part.target &&
                       reception->extent == part.extent && reception->rows == part.first_row;
  // The sender begins with the first part again.
  if (part.first_row != 0 && !is_next) return StateVerdict::kOtherBase;
  COFFER_TRY(stage(place, part, known));
  if (part.position == Position::kLast) {
    COFFER_TRY(settle(place));
    tell_of_lost(part);
  }
  return StateVerdict::kApplied;
}

void StateReceiver::tell_of_lost(const StatePart& part) const {
  if (part.lost == 0) return;
  parts_.log.warning("home_changes_dropped", {{"kind", part.of.kind},
                                              {"account", part.of.account.text()},
                                              {"name", part.of.name},
                                              {"count", part.lost},
                                              {"home", part.home.region.text()}});
}

Result<void> StateReceiver::settle_all() {
  store::ScanRange range = store::ScanRange::prefix(state_family(), kScanPage);
  for (;;) {
    COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
    for (const store::Row& row : rows) {
      COFFER_ASSIGN(const StateInfo info, decode_state(row.value));
      const auto id = state_of_key(row.key);
      const StateKind* const kind = id ? find_kind(parts_.kinds, id->kind) : nullptr;
      if (!(info.is_settling || info.reception) || kind == nullptr) continue;
      COFFER_ASSIGN(const Claim claim, parts_.home.claim());
      COFFER_ASSIGN(store::Precondition fence, parts_.home.fence(claim));
      COFFER_TRY(settle({parts_.store, *kind, *id, std::move(fence), parts_.operations}));
    }
    if (rows.size() < kScanPage) return {};
    range.begin = rows.back().key + '\0';
  }
}

}  // namespace coffer::home
