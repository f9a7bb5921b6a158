#include "iam/changed_rows.h"

#include <utility>

namespace coffer::iam {

void ChangedRows::add(std::span<const store::Change> changes) {
  std::lock_guard lock(mutex_);
  if (!is_known_) return;
  is_known_ = false;  // also if memory is exhausted
  for (const store::Change& change : changes) {
    if (rows_.size() < kMax || rows_.contains(change.key)) {
      rows_.insert_or_assign(change.key, change);
    } else {
      return rows_.clear();
    }
  }
  is_known_ = true;
}

std::optional<std::vector<store::Change>> ChangedRows::take() {
  std::lock_guard lock(mutex_);
  const bool was_known = is_known_;
  std::vector<store::Change> taken;
  taken.reserve(rows_.size());
  for (auto& [key, change] : rows_)
    taken.push_back(std::move(change));
  rows_.clear();
  is_known_ = true;
  return was_known ? std::optional(std::move(taken)) : std::nullopt;
}

void ChangedRows::lose() {
  std::lock_guard lock(mutex_);
  is_known_ = false;
  rows_.clear();
}

}  // namespace coffer::iam
