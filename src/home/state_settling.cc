#include "home/state_settling.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "home/state_rows.h"

namespace coffer::home {
namespace {

constexpr size_t kBatchBytes = 8 << 20;
constexpr size_t kRoomOfOneRow = 64;  // operations that a row and its attendants may take

// Operations that are committed a batch at a time, each on condition that home and state are what they were.
class Batches {
 public:
  Batches(const StagePlace& place, store::Revision revision)
      : place_(place), condition_{state_key(place.id), revision} {}

  store::Transaction& next() { return transaction_; }
  // Commits what there is if the next row might find no room.
  Result<void> make_room() {
    const size_t used = transaction_.preconditions.size() + transaction_.puts.size() + transaction_.deletes.size();
    if (used + kRoomOfOneRow < place_.operations && transaction_bytes(transaction_) < kBatchBytes) return {};
    return flush();
  }
  Result<void> flush() {
    if (transaction_.puts.empty() && transaction_.deletes.empty()) return {};
    transaction_.preconditions.push_back(place_.fence);
    transaction_.preconditions.push_back(condition_);
    COFFER_TRY(place_.store.commit(std::exchange(transaction_, {})));
    return {};
  }

 private:
  const StagePlace& place_;
  const store::Precondition condition_;
  store::Transaction transaction_;
};

// Before the first row is kept, so that rows of a state that never becomes whole are found.
Result<store::Revision> begin_reception(const StagePlace& place, const StatePart& part, const StoredState& known) {
  StateInfo info = known.info;
  info.reception = Reception{part.base, part.target, part.extent, 0};
  store::Transaction transaction;
  transaction.preconditions = {place.fence, {state_key(place.id), known.revision}};
  transaction.puts.push_back({state_key(place.id), encode(info)});
  return place.store.commit(std::move(transaction));
}

// The commit from which on the state counts: the main row and the marker.
Result<void> put_in_force(const StagePlace& place, const StatePart& last, const StoredState& known) {
  const std::string prefix = place.kind.prefix(place.id);
  const std::string staged_main = staged_key(prefix, "");
  COFFER_ASSIGN(const auto arrived, place.store.get(staged_main));
  COFFER_ASSIGN(const auto old, place.store.get(prefix));
  store::Transaction transaction;
  std::set<std::string> attendants;
  std::optional<std::string> main;
  if (arrived) {
    COFFER_ASSIGN(StagedRow row, decode_staged(arrived->value));
    main = std::move(row.value);
    std::ranges::move(row.attendants, std::back_inserter(transaction.puts));
    transaction.deletes.push_back(staged_main);
  }
  if (main) {
    COFFER_ASSIGN(const auto kept, place.kind.attendants(place.id, "", *main));
    for (const Attendant& attendant : kept)
      attendants.insert(attendant.key);
  }
  const bool changes = arrived || last.extent == Extent::kWhole;
  if (changes && old) {
    COFFER_TRY(drop_attendants(
        place, *old, [&attendants](const std::string& key) { return attendants.contains(key); }, transaction));
  }
  if (main) {
    transaction.puts.push_back({prefix, std::move(*main)});
  } else if (changes) {
    transaction.deletes.push_back(prefix);
  }
  transaction.puts.push_back({marker_key(prefix), encode_marker(last.extent)});
  COFFER_TRY(conclude(place, last, known, StateInfo{last.target, true, std::nullopt}, transaction));
  COFFER_TRY(place.store.commit(std::move(transaction)));
  return {};
}

store::ScanRange all_history(const StateId& id) {
  return store::ScanRange::prefix(history_prefix(id), std::numeric_limits<size_t>::max());
}

class Settling {
 public:
  Settling(const StagePlace& place, const StoredState& known)
      : place_(place), known_(known), prefix_(place.kind.prefix(place.id)), batches_(place, known.revision) {}

  Result<void> run() {
    COFFER_ASSIGN(const auto rows, place_.store.scan(state_range(prefix_)));
    std::optional<Extent> in_force;
    for (const store::Row& row : rows) {
      const std::string_view name = row_name(prefix_, row.key);
      if (row.key == marker_key(prefix_)) {
        COFFER_ASSIGN(in_force, decode_marker(row.value));
      } else if (is_staged_name(name)) {
        staged_.push_back(&row);
      } else {
        in_place_.push_back(&row);
      }
    }
    if (in_force) {
      COFFER_TRY(note_attendants(rows));
      if (*in_force == Extent::kWhole) COFFER_TRY(erase_replaced());
      COFFER_TRY(move_all());
    } else {
      COFFER_TRY(drop_all());
    }
    return end();
  }

 private:
  // Whose attendants stay: a row may go while another one has what attended it, as when a user is renamed.
  Result<void> note_attendants(const std::vector<store::Row>& rows) {
    COFFER_ASSIGN(const auto counting, rows_in_force(prefix_, rows));
    for (const store::Row& row : counting) {
      COFFER_ASSIGN(const auto attendants, place_.kind.attendants(place_.id, row_name(prefix_, row.key), row.value));
      for (const Attendant& attendant : attendants)
        kept_.insert(attendant.key);
    }
    return {};
  }

  Result<void> drop_attendants_of(const store::Row& row) {
    return drop_attendants(
        place_, row, [this](const std::string& key) { return kept_.contains(key); }, batches_.next());
  }

  // What is in force does not name these rows. From then on the rest replaces rows, as a delta does.
  Result<void> erase_replaced() {
    std::set<std::string> named;
    for (const store::Row* row : staged_)
      named.insert(place_of(*row));
    for (const store::Row* row : in_place_) {
      if (row->key == prefix_ || named.contains(row->key)) continue;
      COFFER_TRY(batches_.make_room());
      COFFER_TRY(drop_attendants_of(*row));
      batches_.next().deletes.push_back(row->key);
    }
    COFFER_TRY(batches_.flush());
    batches_.next().puts.push_back({marker_key(prefix_), encode_marker(Extent::kDelta)});
    return batches_.flush();
  }

  Result<void> move_all() {
    for (const store::Row* row : staged_) {
      COFFER_ASSIGN(StagedRow arrived, decode_staged(row->value));
      const std::string key = place_of(*row);
      const auto old = std::ranges::lower_bound(in_place_, key, {}, &store::Row::key);
      COFFER_TRY(batches_.make_room());
      if (old != in_place_.end() && (*old)->key == key) COFFER_TRY(drop_attendants_of(**old));
      store::Transaction& transaction = batches_.next();
      transaction.deletes.push_back(row->key);
      if (!arrived.value) {
        transaction.deletes.push_back(key);
        continue;
      }
      transaction.puts.push_back({key, std::move(*arrived.value)});
      std::ranges::move(arrived.attendants, std::back_inserter(transaction.puts));
    }
    return batches_.flush();
  }

  Result<void> drop_all() {
    for (const store::Row* row : staged_) {
      COFFER_TRY(batches_.make_room());
      batches_.next().deletes.push_back(row->key);
    }
    return batches_.flush();
  }

  Result<void> end() {
    store::Transaction& transaction = batches_.next();
    transaction.deletes.push_back(marker_key(prefix_));
    if (known_.revision != 0 && known_.info.stamp.generation == 0) {
      // There is no such state any more.
      COFFER_ASSIGN(const auto history, place_.store.scan(all_history(place_.id)));
      for (const store::Row& row : history)
        transaction.deletes.push_back(row.key);
      transaction.deletes.push_back(state_key(place_.id));
    } else if (known_.revision != 0) {
      transaction.puts.push_back({state_key(place_.id), encode(StateInfo{known_.info.stamp, false, std::nullopt})});
    }
    return batches_.flush();
  }

  std::string place_of(const store::Row& staged) const {
    return row_key(prefix_, name_of_staged(row_name(prefix_, staged.key)));
  }

  const StagePlace& place_;
  const StoredState& known_;
  const std::string prefix_;
  Batches batches_;
  std::vector<const store::Row*> staged_;
  std::vector<const store::Row*> in_place_;  // in the order of their keys
  std::set<std::string> kept_;
};

}  // namespace

Result<void> stage(const StagePlace& place, const StatePart& part, const StoredState& known) {
  const std::string prefix = place.kind.prefix(place.id);
  StoredState begun = known;
  if (part.first_row == 0) {
    COFFER_ASSIGN(begun.revision, begin_reception(place, part, known));
  }
  Batches batches(place, begun.revision);
  for (const StateRow& row : part.rows) {
    StagedRow staged;
    if (row.value) {
      COFFER_ASSIGN(ArrivedRow arrived, place.kind.arriving(place.id, row));
      staged = {std::move(arrived.value), std::move(arrived.attendants)};
    }
    COFFER_TRY(batches.make_room());
    batches.next().puts.push_back({staged_key(prefix, row.name), encode(staged)});
  }
  if (part.position == Position::kLast) {
    COFFER_TRY(batches.flush());
    return put_in_force(place, part, begun);
  }
  StateInfo info = begun.info;
  info.reception = Reception{part.base, part.target, part.extent, part.first_row + part.rows.size()};
  COFFER_TRY(batches.make_room());
  batches.next().puts.push_back({state_key(place.id), encode(info)});
  return batches.flush();
}

Result<void> put_nothing_in_force(const StagePlace& place) {
  const std::string prefix = place.kind.prefix(place.id);
  COFFER_ASSIGN(const StoredState known, read_state(place.store, place.id));
  COFFER_ASSIGN(const auto main, place.store.get(prefix));
  store::Transaction transaction;
  transaction.preconditions = {place.fence, {state_key(place.id), known.revision}};
  if (main) {
    COFFER_TRY(drop_attendants(
        place, *main, [](const std::string&) { return false; }, transaction));
    transaction.deletes.push_back(prefix);
  }
  transaction.puts.push_back({marker_key(prefix), encode_marker(Extent::kWhole)});
  transaction.puts.push_back({state_key(place.id), encode(StateInfo{{}, true, std::nullopt})});
  COFFER_TRY(place.store.commit(std::move(transaction)));
  return {};
}

Result<void> settle(const StagePlace& place) {
  COFFER_ASSIGN(const StoredState known, read_state(place.store, place.id));
  return Settling(place, known).run();
}

Result<void> conclude(const StagePlace& place, const StatePart& part, const StoredState& known, const StateInfo& info,
                      store::Transaction& transaction) {
  transaction.preconditions.push_back(place.fence);
  transaction.preconditions.push_back({state_key(place.id), known.revision});
  transaction.puts.push_back({state_key(place.id), encode(info)});
  std::set<std::string> remembered;
  for (const HistoryEntry& entry : part.history) {
    std::string key = history_key(place.id, entry.stamp.generation);
    remembered.insert(key);
    transaction.puts.push_back({std::move(key), encode(entry)});
  }
  const uint64_t forgotten = part.target.generation - std::min(part.target.generation, kRememberedChanges);
  COFFER_ASSIGN(const auto rows, place.store.scan(all_history(place.id)));
  for (const store::Row& row : rows) {
    const bool is_old = row.key <= history_key(place.id, forgotten);
    const bool goes = part.extent == Extent::kWhole || is_old;
    if (goes && !remembered.contains(row.key)) transaction.deletes.push_back(row.key);
  }
  return {};
}

}  // namespace coffer::home
