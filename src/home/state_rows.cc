#include "home/state_rows.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>

#include "home/records.pb.h"
#include "store/keys.h"

namespace coffer::home {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kHomeFamily = "h";
constexpr std::string_view kStateFamily = "hs";
constexpr std::string_view kHistoryFamily = "hh";
constexpr std::string_view kStaged = "s";
constexpr std::string_view kStagedPrefix = "s\0"sv;
constexpr size_t kGenerationDigits = 16;

Error damaged(std::string_view what) {
  return Error{ErrorCode::kCorrupt, "the record of " + std::string(what) + " is damaged"};
}

template <class Record>
bool parse(std::string_view value, Record& record) {
  return record.ParseFromArray(value.data(), static_cast<int>(value.size()));
}

void put(const Stamp& stamp, StampRecord& record) {
  record.set_generation(stamp.generation);
  record.set_epoch(stamp.epoch);
  record.set_id(stamp.id);
}

Stamp stamp_of(const StampRecord& record) {
  return {record.generation(), record.epoch(), record.id()};
}

std::string generation_part(uint64_t generation) {
  char text[kGenerationDigits + 1];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(generation));
  return std::string(text, kGenerationDigits);
}

// A staged row in the place where it will stand.
Result<std::optional<store::Row>> placed(std::string_view prefix, const store::Row& staged) {
  const std::string_view name = name_of_staged(row_name(prefix, staged.key));
  COFFER_ASSIGN(StagedRow row, decode_staged(staged.value));
  if (!row.value) return std::optional<store::Row>();
  return std::optional(store::Row{row_key(prefix, name), std::move(*row.value), staged.revision});
}

}  // namespace

std::string home_key() {
  return std::string(kHomeFamily);
}

std::string encode(const HomeRow& row) {
  HomeRecord record;
  record.set_region(row.claim.region.text());
  record.set_epoch(row.claim.epoch);
  for (const Region& region : row.told)
    record.add_told(region.text());
  record.set_forgotten(row.is_forgotten);
  for (const auto& [region, id] : row.starts) {
    StartRecord& start = *record.add_starts();
    start.set_region(region.text());
    start.set_id(id);
  }
  return record.SerializeAsString();
}

Result<HomeRow> decode_home(std::string_view value) {
  HomeRecord record;
  const bool parsed = parse(value, record);
  const auto region = Region::parse(record.region());
  if (!parsed || !region || record.epoch() == 0) return damaged("the home region");
  HomeRow row{{*region, record.epoch()}, {}, record.forgotten(), {}};
  for (const std::string& name : record.told()) {
    const auto told = Region::parse(name);
    if (!told) return damaged("the home region");
    row.told.push_back(*told);
  }
  for (const StartRecord& start : record.starts()) {
    const auto of = Region::parse(start.region());
    if (!of) return damaged("the home region");
    row.starts.emplace(*of, start.id());
  }
  return row;
}

std::string state_key(const StateId& id) {
  return store::make_key(kStateFamily, {id.kind, id.account.text(), id.name});
}

std::string state_family() {
  return store::make_key(kStateFamily, {""});
}

std::optional<StateId> state_of_key(std::string_view key) {
  const auto parts = store::key_parts(kStateFamily, key);
  if (parts.size() != 3) return std::nullopt;
  StateId id{std::string(parts[0]), {}, std::string(parts[2])};
  if (parts[1].empty()) return id;
  const auto account = AccountId::parse(parts[1]);
  if (!account) return std::nullopt;
  id.account = *account;
  return id;
}

std::string encode(const StateInfo& info) {
  StateRecord record;
  put(info.stamp, *record.mutable_stamp());
  record.set_settling(info.is_settling);
  if (info.reception) {
    ReceptionRecord& reception = *record.mutable_reception();
    put(info.reception->base, *reception.mutable_base());
    put(info.reception->target, *reception.mutable_target());
    reception.set_whole(info.reception->extent == Extent::kWhole);
    reception.set_rows(info.reception->rows);
  }
  return record.SerializeAsString();
}

Result<StateInfo> decode_state(std::string_view value) {
  StateRecord record;
  if (!parse(value, record)) return damaged("which state is here");
  StateInfo info{stamp_of(record.stamp()), record.settling(), std::nullopt};
  if (record.has_reception()) {
    const ReceptionRecord& reception = record.reception();
    info.reception = Reception{stamp_of(reception.base()), stamp_of(reception.target()),
                               reception.whole() ? Extent::kWhole : Extent::kDelta, reception.rows()};
  }
  return info;
}

std::string history_prefix(const StateId& id) {
  return store::make_key(kHistoryFamily, {id.kind, id.account.text(), id.name, ""});
}

std::string history_key(const StateId& id, uint64_t generation) {
  return history_prefix(id) + generation_part(generation);
}

std::string encode(const HistoryEntry& entry) {
  HistoryRecord record;
  record.set_epoch(entry.stamp.epoch);
  record.set_id(entry.stamp.id);
  for (const std::string& name : entry.erased)
    record.add_erased(name);
  return record.SerializeAsString();
}

Result<HistoryEntry> decode_history(std::string_view key, std::string_view value) {
  HistoryRecord record;
  const auto parts = store::key_parts(kHistoryFamily, key);
  if (parts.size() != 4 || parts[3].size() != kGenerationDigits || !parse(value, record)) {
    return damaged("a change");
  }
  uint64_t generation = 0;
  const auto [end, error] = std::from_chars(parts[3].data(), parts[3].data() + kGenerationDigits, generation, 16);
  if (error != std::errc() || end != parts[3].data() + kGenerationDigits) return damaged("a change");
  return HistoryEntry{{generation, record.epoch(), record.id()}, {record.erased().begin(), record.erased().end()}};
}

store::ScanRange state_range(std::string_view prefix) {
  // Nothing sorts between the separator, which is NUL, and the byte 1.
  return {std::string(prefix), std::string(prefix) + '\x01', std::numeric_limits<size_t>::max()};
}

std::string marker_key(std::string_view prefix) {
  return row_key(prefix, kStaged);
}

std::string staged_prefix(std::string_view prefix) {
  return row_key(prefix, kStagedPrefix);
}

std::string staged_key(std::string_view prefix, std::string_view name) {
  return staged_prefix(prefix).append(name);
}

std::string row_key(std::string_view prefix, std::string_view name) {
  std::string key(prefix);
  if (!name.empty()) key.append(1, store::kSeparator).append(name);
  return key;
}

std::string_view row_name(std::string_view prefix, std::string_view key) {
  return key.size() > prefix.size() ? key.substr(prefix.size() + 1) : std::string_view();
}

bool is_staged_name(std::string_view name) {
  return name == kStaged || name.starts_with(kStagedPrefix);
}

std::string_view name_of_staged(std::string_view name) {
  return name.size() > kStagedPrefix.size() ? name.substr(kStagedPrefix.size()) : std::string_view();
}

std::string encode_marker(Extent extent) {
  return extent == Extent::kWhole ? "w" : "d";
}

Result<Extent> decode_marker(std::string_view value) {
  if (value == "w") return Extent::kWhole;
  if (value == "d") return Extent::kDelta;
  return damaged("what has arrived");
}

std::string encode(const StagedRow& row) {
  StagedRecord record;
  record.set_erased(!row.value.has_value());
  if (row.value) record.set_value(*row.value);
  for (const store::Put& attendant : row.attendants) {
    StagedRecord::Row& added = *record.add_attendants();
    added.set_key(attendant.key);
    added.set_value(attendant.value);
  }
  return record.SerializeAsString();
}

Result<StagedRow> decode_staged(std::string_view value) {
  StagedRecord record;
  if (!parse(value, record)) return damaged("what has arrived");
  StagedRow row;
  if (!record.erased()) row.value = std::move(*record.mutable_value());
  for (StagedRecord::Row& attendant : *record.mutable_attendants())
    row.attendants.push_back({std::move(*attendant.mutable_key()), std::move(*attendant.mutable_value())});
  return row;
}

Result<std::vector<store::Row>> rows_in_force(std::string_view prefix, std::vector<store::Row> rows) {
  const auto is_staged = [prefix](const store::Row& row) { return is_staged_name(row_name(prefix, row.key)); };
  const auto first = std::ranges::find_if(rows, is_staged);
  if (first == rows.end()) return rows;
  const auto last = std::find_if_not(first, rows.end(), is_staged);
  // The marker's key comes before those of what has arrived.
  if (first->key != marker_key(prefix)) {
    rows.erase(first, last);
    return rows;
  }
  COFFER_ASSIGN(const Extent extent, decode_marker(first->value));
  std::vector<store::Row> arrived;
  std::vector<std::string> replaced;  // keys, in their order
  for (auto row = first + 1; row != last; ++row) {
    replaced.push_back(row_key(prefix, name_of_staged(row_name(prefix, row->key))));
    COFFER_ASSIGN(auto in_place, placed(prefix, *row));
    if (in_place) arrived.push_back(std::move(*in_place));
  }
  rows.erase(first, last);
  std::erase_if(rows, [&](const store::Row& row) {
    if (row.key == prefix) return false;  // the main row is in its place with the marker
    return extent == Extent::kWhole || std::ranges::binary_search(replaced, row.key);
  });
  const auto middle = static_cast<ptrdiff_t>(rows.size());
  std::ranges::move(arrived, std::back_inserter(rows));
  std::ranges::inplace_merge(rows, rows.begin() + middle, {}, &store::Row::key);
  return rows;
}

}  // namespace coffer::home
