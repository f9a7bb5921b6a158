#include "home/state_exporter.h"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "home/home_region.h"
#include "home/state_rows.h"

namespace coffer::home {
namespace {

using Relation = StateExport::Relation;

constexpr int kAttempts = 8;

// A delta is small. One whose memory is not is a whole state.
constexpr size_t kMaxHistoryBytes = 512 << 10;

// Everything of a state as it is at one moment.
struct Moment {
  Stamp stamp;
  store::Revision revision = 0;
  std::vector<store::Row> rows;
  std::vector<HistoryEntry> history;  // oldest first, without a gap
};

Result<std::vector<HistoryEntry>> read_history(const store::Store& store, const StateId& id, const Stamp& newest) {
  COFFER_ASSIGN(const auto rows, store.scan(store::ScanRange::prefix(history_prefix(id), 2 * kRememberedChanges)));
  std::vector<HistoryEntry> history;
  for (const store::Row& row : rows) {
    COFFER_ASSIGN(HistoryEntry entry, decode_history(row.key, row.value));
    if (!history.empty() && entry.stamp.generation != history.back().stamp.generation + 1) history.clear();
    history.push_back(std::move(entry));
  }
  if (history.empty() || history.back().stamp != newest) history.clear();
  return history;
}

class Exporter {
 public:
  Exporter(const ExportSource& source, const StateId& id, const Stamp& base)
      : source_(source), id_(id), base_(base), prefix_(source.kind.prefix(id)) {}

  // kConflict when the state changed meanwhile.
  Result<StateExport> run() {
    COFFER_ASSIGN(Moment moment, read());
    StateExport made;
    made.target = moment.stamp;
    made.relation = relation(moment);
    if (made.relation == Relation::kNothing || made.relation == Relation::kSame) return made;
    const auto since = made.relation == Relation::kFollows ? changes_since_base(moment) : std::nullopt;
    extent_ = since ? Extent::kDelta : Extent::kWhole;
    if (made.relation == Relation::kForked) lost_ = lost_changes(moment);
    COFFER_TRY(collect(moment, since.value_or(0)));
    if (since) {
      moment.history.erase(moment.history.begin(), moment.history.end() - static_cast<ptrdiff_t>(*since));
    } else if (!moment.history.empty()) {
      moment.history.erase(moment.history.begin(), moment.history.end() - 1);
    }
    made.parts = std::move(parts_);
    made.parts.back().position = Position::kLast;
    made.parts.back().history = std::move(moment.history);
    // What was read one after the other is of one moment if nobody wrote meanwhile.
    COFFER_ASSIGN(const StoredState now, read_state(source_.store, id_));
    if (now.revision != moment.revision) return Error{ErrorCode::kConflict, "the state has changed meanwhile"};
    return made;
  }

  Result<Moment> read() {
    Moment moment;
    COFFER_ASSIGN(const StoredState state, read_state(source_.store, id_));
    moment.stamp = state.info.stamp;
    moment.revision = state.revision;
    COFFER_ASSIGN(auto rows, source_.store.scan(state_range(prefix_)));
    COFFER_ASSIGN(moment.rows, rows_in_force(prefix_, std::move(rows)));
    COFFER_ASSIGN(moment.history, read_history(source_.store, id_, moment.stamp));
    // A state from before there were stamps.
    if (moment.stamp.generation == 0 && !moment.rows.empty() && moment.rows.front().key == prefix_) {
      COFFER_ASSIGN(moment.stamp.generation, source_.kind.generation(moment.rows.front()));
    }
    return moment;
  }

 private:
  Relation relation(const Moment& moment) const {
    if (moment.stamp.generation == 0) return Relation::kNothing;
    if (moment.stamp == base_) return Relation::kSame;
    if (base_.generation == 0) return Relation::kFollows;
    if (base_.generation >= moment.stamp.generation) return Relation::kForked;
    if (moment.history.empty() || base_.generation < moment.history.front().stamp.generation) {
      return base_.epoch <= moment.stamp.epoch ? Relation::kFollows : Relation::kForked;
    }
    return remembered(moment, base_.generation).stamp == base_ ? Relation::kFollows : Relation::kForked;
  }

  // REQUIRES: the generation is remembered.
  static const HistoryEntry& remembered(const Moment& moment, uint64_t generation) {
    return moment.history[generation - moment.history.front().stamp.generation];
  }

  // How many; nullopt when not all of them are remembered, or there is too much to say of them.
  std::optional<uint64_t> changes_since_base(const Moment& moment) const {
    if (moment.history.empty() || base_.generation < moment.history.front().stamp.generation) return std::nullopt;
    const uint64_t count = moment.stamp.generation - base_.generation;
    size_t bytes = 0;
    for (const HistoryEntry& entry : std::span(moment.history).last(count)) {
      for (const std::string& name : entry.erased)
        bytes += name.size();
    }
    if (bytes > kMaxHistoryBytes) return std::nullopt;
    return count;
  }

  // Of the region's changes, those after the last one that it may share with this state.
  uint64_t lost_changes(const Moment& moment) const {
    uint64_t shared = std::min(base_.generation, moment.stamp.generation);
    for (const HistoryEntry& entry : moment.history) {
      if (entry.stamp.epoch > base_.epoch) {
        shared = std::min(shared, entry.stamp.generation - 1);
        break;
      }
    }
    return base_.generation - shared;
  }

  // `since`: how many of the newest changes a delta is about.
  Result<void> collect(const Moment& moment, uint64_t since) {
    begin_part();
    std::set<std::string> there;
    for (const store::Row& row : moment.rows) {
      const std::string name(row_name(prefix_, row.key));
      if (extent_ == Extent::kDelta) {
        COFFER_ASSIGN(const uint64_t generation, source_.kind.generation(row));
        if (generation <= base_.generation) continue;
        there.insert(name);
      }
      COFFER_ASSIGN(StateRow leaving, source_.kind.leaving(id_, name, row.value));
      add(std::move(leaving));
    }
    std::set<std::string> erased;
    for (const HistoryEntry& entry : std::span(moment.history).last(since))
      erased.insert(entry.erased.begin(), entry.erased.end());
    for (const std::string& name : erased) {
      if (!there.contains(name)) add({name, std::nullopt, {}});
    }
    target_of_all(moment.stamp);
    return {};
  }

  void add(StateRow row) {
    const size_t size = row.name.size() + (row.value ? row.value->size() : 0);
    const bool is_full =
        parts_.back().rows.size() >= source_.limits.rows || bytes_in_part_ + size > source_.limits.bytes;
    if (!parts_.back().rows.empty() && is_full) begin_part();
    parts_.back().rows.push_back(std::move(row));
    bytes_in_part_ += size;
  }

  void begin_part() {
    const uint64_t first_row = parts_.empty() ? 0 : parts_.back().first_row + parts_.back().rows.size();
    StatePart& part = parts_.emplace_back();
    part.of = id_;
    part.base = base_;
    part.extent = extent_;
    part.first_row = first_row;
    part.position = Position::kNotLast;
    part.lost = lost_;
    bytes_in_part_ = 0;
  }

  void target_of_all(const Stamp& target) {
    for (StatePart& part : parts_)
      part.target = target;
  }

  const ExportSource& source_;
  const StateId& id_;
  const Stamp base_;
  const std::string prefix_;
  Extent extent_ = Extent::kWhole;
  uint64_t lost_ = 0;
  std::vector<StatePart> parts_;
  size_t bytes_in_part_ = 0;
};

}  // namespace

Result<StateExport> export_state(const ExportSource& source, const StateId& id, const Stamp& base) {
  for (int attempt = 1;; ++attempt) {
    Result<StateExport> made = Exporter(source, id, base).run();
    if (made.ok() || made.error().code != ErrorCode::kConflict) return made;
    if (attempt == kAttempts) return Error{ErrorCode::kCorrupt, made.error().message};
  }
}

Result<Stamp> current_stamp(const ExportSource& source, const StateId& id) {
  COFFER_ASSIGN(const StoredState state, read_state(source.store, id));
  if (state.revision != 0) return state.info.stamp;
  const std::string prefix = source.kind.prefix(id);
  COFFER_ASSIGN(const auto main, source.store.get(prefix));
  if (!main) return Stamp();
  COFFER_ASSIGN(const uint64_t generation, source.kind.generation(*main));
  return Stamp{generation, 0, 0};
}

}  // namespace coffer::home
