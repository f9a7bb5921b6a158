#include "store/row_mirror.h"

#include <algorithm>
#include <mutex>

namespace coffer::store {
namespace {

constexpr size_t kEntry = 128;  // what a map takes for an entry beside the bytes of key and value
constexpr size_t kRowsAtATime = 1000;

size_t weight(const std::string& key, const std::string& value) {
  return kEntry + key.size() + value.size();
}

}  // namespace

RowMirror::RowMirror(std::string_view prefix, size_t capacity)
    : prefix_(prefix), end_(ScanRange::prefix(prefix).end), capacity_(capacity) {}

std::optional<std::vector<Row>> RowMirror::scan(const ScanRange& range) const {
  if (range.begin < prefix_ || range.end.empty() || range.end > end_) return std::nullopt;
  const std::shared_lock lock(mutex_);
  if (!is_whole_) return std::nullopt;
  std::vector<Row> rows;
  for (auto row = rows_.lower_bound(range.begin); row != rows_.end() && rows.size() < range.limit; ++row) {
    if (row->first >= range.end) break;
    rows.push_back({row->first, row->second.value, row->second.revision});
  }
  return rows;
}

void RowMirror::load(const Engine& engine) {
  const std::unique_lock lock(mutex_);
  give_up();
  ScanRange range{prefix_, end_, kRowsAtATime};
  for (;;) {
    Result<std::vector<Row>> rows = engine(range);
    if (!rows.ok()) return give_up();
    for (Row& row : *rows)
      put(row.key, {std::move(row.value), row.revision});
    if (bytes_ > capacity_) return give_up();
    if (rows->size() < kRowsAtATime) break;
    range.begin = rows->back().key + '\0';
  }
  is_whole_ = true;
}

bool RowMirror::is_worth_loading() const {
  const std::shared_lock lock(mutex_);
  return !is_whole_ && deleted_bytes_ > capacity_;
}

void RowMirror::apply(const std::vector<Commit>& commits) {
  if (std::ranges::none_of(commits, [this](const Commit& commit) { return touches(*commit.first); })) return;
  const std::unique_lock lock(mutex_);
  for (const auto& [transaction, revision] : commits) {
    for (const Put& one : transaction->puts) {
      if (is_whole_ && one.key.starts_with(prefix_)) put(one.key, {one.value, revision});
    }
    for (const std::string& key : transaction->deletes) {
      if (key.starts_with(prefix_)) erase(key);
    }
  }
  if (bytes_ > capacity_) give_up();
}

bool RowMirror::touches(const Transaction& transaction) const {
  const auto is_own = [this](const std::string& key) { return key.starts_with(prefix_); };
  return std::ranges::any_of(transaction.puts, is_own, &Put::key) || std::ranges::any_of(transaction.deletes, is_own);
}

void RowMirror::put(const std::string& key, Content content) {
  const auto [row, is_new] = rows_.try_emplace(key);
  if (!is_new) bytes_ -= weight(key, row->second.value);
  row->second = std::move(content);
  bytes_ += weight(key, row->second.value);
}

void RowMirror::erase(const std::string& key) {
  if (!is_whole_) {
    deleted_bytes_ += weight(key, "");
    return;
  }
  const auto row = rows_.find(key);
  if (row == rows_.end()) return;
  bytes_ -= weight(key, row->second.value);
  rows_.erase(row);
}

void RowMirror::give_up() {
  rows_.clear();
  bytes_ = 0;
  deleted_bytes_ = 0;
  is_whole_ = false;
}

}  // namespace coffer::store
