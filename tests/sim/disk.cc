#include "sim/disk.h"

#include "store/memory_store.h"

namespace coffer::sim {
namespace {

// The crash of a planted bug loses at most this many commits.
constexpr size_t kMaxUnsynced = 3;

store::Transaction without_conditions(const store::Transaction& transaction) {
  return {{}, transaction.puts, transaction.deletes};
}

std::unique_ptr<store::Store> copy_of(const store::Store& from) {
  auto to = store::make_memory_store();
  store::ScanRange range;
  range.begin = std::string(1, '\1');
  for (;;) {
    const auto rows = from.scan(range);
    if (!rows.ok() || rows->empty()) return to;
    store::Transaction transaction;
    for (const store::Row& row : *rows)
      transaction.puts.push_back({row.key, row.value});
    if (!to->commit(std::move(transaction)).ok()) return to;
    range.begin = rows->back().key + '\0';
  }
}

}  // namespace

Disk::Disk(Random& random) : random_(random), rows_(store::make_memory_store()) {}

bool Disk::settle() {
  failing_ = false;
  if (answers_early && before_) {
    rows_ = copy_of(*before_);
    unsynced_.clear();
  }
  if (!undecided_) return false;
  const store::Transaction transaction = std::move(*undecided_);
  undecided_.reset();
  if (random_.uniform(2) == 0) return false;
  if (observe) observe(transaction);
  return rows_->commit(without_conditions(transaction)).ok();
}

void Disk::lose() {
  rows_ = store::make_memory_store();
  undecided_.reset();
  before_.reset();
  unsynced_.clear();
  failing_ = false;
}

Result<void> Mount::check() const {
  if (dead_) return Error{ErrorCode::kIo, "the process was killed"};
  return {};
}

Result<std::optional<store::Row>> Mount::get(std::string_view key) const {
  COFFER_TRY(check());
  return disk_.rows_->get(key);
}

Result<std::vector<store::Row>> Mount::scan(const store::ScanRange& range) const {
  COFFER_TRY(check());
  return disk_.rows_->scan(range);
}

Result<store::Revision> Mount::commit(store::Transaction transaction) {
  COFFER_TRY(check());
  if (disk_.tamper) disk_.tamper(transaction);
  if (failed_) return Error{ErrorCode::kIo, "the store cannot be written"};
  if (disk_.failing_) {
    // A transaction that conflicts writes nothing, so it has no fsync that could fail.
    for (const store::Precondition& condition : transaction.preconditions) {
      COFFER_ASSIGN(const auto row, disk_.rows_->get(condition.key));
      if ((row ? row->revision : 0) != condition.revision) {
        return Error{ErrorCode::kConflict, "a precondition does not hold"};
      }
    }
    disk_.failing_ = false;
    disk_.undecided_ = std::move(transaction);
    failed_ = true;
    return Error{ErrorCode::kIo, "the sync failed"};
  }
  const store::Transaction durable = transaction;
  COFFER_ASSIGN(const store::Revision revision, disk_.rows_->commit(std::move(transaction)));
  if (disk_.answers_early) {
    if (!disk_.before_) disk_.before_ = store::make_memory_store();  // switched on before the first commit
    disk_.unsynced_.push_back(without_conditions(durable));
    while (disk_.unsynced_.size() > kMaxUnsynced) {
      COFFER_TRY(disk_.before_->commit(std::move(disk_.unsynced_.front())));
      disk_.unsynced_.erase(disk_.unsynced_.begin());
    }
  }
  if (disk_.observe) disk_.observe(durable);
  feed_.publish(revision, store::changes_of(durable, revision));
  return revision;
}

}  // namespace coffer::sim
