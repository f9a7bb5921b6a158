#include "store/change_feed.h"

#include <algorithm>
#include <mutex>

namespace coffer::store {

void ChangeFeed::publish(Revision revision, std::vector<Change> changes) {
  {
    std::unique_lock lock(mutex_);
    for (const Change& change : changes) {
      key_bytes_ += change.key.size();
      changes_.push_back(change);
    }
    // Never half a commit: whoever reads it would take it for the whole.
    while (changes_.size() > kMaxChanges || key_bytes_ > kMaxKeyBytes) {
      forgotten_ = changes_.front().revision;
      while (!changes_.empty() && changes_.front().revision == forgotten_) {
        key_bytes_ -= changes_.front().key.size();
        changes_.pop_front();
      }
    }
    revision_.store(revision, std::memory_order_release);
  }
  // The vector of listeners only grows, and only before the commits that they must see.
  std::shared_lock lock(mutex_);
  for (const CommitListener& listener : listeners_)
    listener(revision, changes);
}

Result<std::vector<Change>> ChangeFeed::changes(Revision after, size_t limit) const {
  std::shared_lock lock(mutex_);
  if (after < forgotten_) {
    return Error{ErrorCode::kNotFound, "the change feed begins after revision " + std::to_string(forgotten_)};
  }
  const auto first = std::partition_point(changes_.begin(), changes_.end(),
                                          [after](const Change& change) { return change.revision <= after; });
  std::vector<Change> found;
  for (auto commit = first; commit != changes_.end();) {
    const auto next =
        std::find_if(commit, changes_.end(), [&](const Change& change) { return change.revision != commit->revision; });
    if (!found.empty() && found.size() + static_cast<size_t>(next - commit) > limit) break;
    found.insert(found.end(), commit, next);
    commit = next;
  }
  return found;
}

void ChangeFeed::listen(CommitListener listener) {
  std::unique_lock lock(mutex_);
  listeners_.push_back(std::move(listener));
}

std::vector<Change> changes_of(const Transaction& transaction, Revision revision) {
  std::vector<Change> changes;
  changes.reserve(transaction.puts.size() + transaction.deletes.size());
  for (const Put& put : transaction.puts)
    changes.push_back({revision, put.key, false});
  for (const std::string& key : transaction.deletes)
    changes.push_back({revision, key, true});
  return changes;
}

}  // namespace coffer::store
