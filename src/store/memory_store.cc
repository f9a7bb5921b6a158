#include "store/memory_store.h"

#include <map>
#include <mutex>
#include <shared_mutex>

#include "store/change_feed.h"

namespace coffer::store {
namespace {

class MemoryStore final : public Store {
 public:
  Result<std::optional<Row>> get(std::string_view key) const override {
    std::shared_lock lock(rows_mutex_);
    const auto found = rows_.find(key);
    if (found == rows_.end()) return std::optional<Row>();
    return std::optional<Row>(Row{found->first, found->second.value, found->second.revision});
  }

  Result<std::vector<Row>> scan(const ScanRange& range) const override {
    std::vector<Row> rows;
    std::shared_lock lock(rows_mutex_);
    for (auto it = rows_.lower_bound(range.begin); it != rows_.end() && rows.size() < range.limit; ++it) {
      if (!range.end.empty() && it->first >= range.end) break;
      rows.push_back({it->first, it->second.value, it->second.revision});
    }
    return rows;
  }

  Result<Revision> commit(Transaction transaction) override {
    COFFER_TRY(check_limits(transaction));
    std::lock_guard commit_lock(commit_mutex_);
    for (const Precondition& precondition : transaction.preconditions) {
      // Only commit() changes rows_, and it holds commit_mutex_.
      const auto found = rows_.find(precondition.key);
      const Revision current = found == rows_.end() ? 0 : found->second.revision;
      if (current != precondition.revision) return Error{ErrorCode::kConflict, "a precondition does not hold"};
    }
    const Revision revision = feed_.revision() + 1;
    std::vector<Change> changes = changes_of(transaction, revision);
    {
      std::unique_lock lock(rows_mutex_);
      for (Put& put : transaction.puts) {
        rows_.insert_or_assign(std::move(put.key), Value{std::move(put.value), revision});
      }
      for (const std::string& key : transaction.deletes)
        rows_.erase(key);
    }
    feed_.publish(revision, std::move(changes));
    return revision;
  }

  Result<std::vector<Change>> changes(Revision after, size_t limit) const override {
    return feed_.changes(after, limit);
  }
  Revision revision() const override { return feed_.revision(); }
  bool can_commit() const override { return true; }
  void on_commit(CommitListener listener) override { feed_.listen(std::move(listener)); }

 private:
  struct Value {
    std::string value;
    Revision revision;
  };

  std::mutex commit_mutex_;  // held for a whole commit, listeners included: that is what keeps them in order
  mutable std::shared_mutex rows_mutex_;
  std::map<std::string, Value, std::less<>> rows_;
  ChangeFeed feed_{0};
};

}  // namespace

std::unique_ptr<Store> make_memory_store() {
  return std::make_unique<MemoryStore>();
}

}  // namespace coffer::store
