// A store before another one, that lets a test do something at the moments at which others come in between: before a
// commit, and between a commit and those who listen for it. Thread-safe but for that.
#pragma once

#include <atomic>
#include <functional>
#include <utility>
#include <vector>

#include "store/store.h"

namespace coffer::store::testing {

class InterruptedStore final : public Store {
 public:
  // `below` is to outlive it.
  explicit InterruptedStore(Store& below) : below_(below) {}

  // Once.
  void before_next_commit(std::function<void()> interruption) { interruption_ = std::move(interruption); }
  // From now on listeners are not told of commits.
  void hold_back() { holds_back_ = true; }
  // They are told of what was held back, and of what comes.
  void tell() {
    holds_back_ = false;
    for (const auto& one : std::exchange(held_back_, {}))
      one();
  }

  Result<Revision> commit(Transaction transaction) override {
    if (const auto interruption = std::exchange(interruption_, nullptr)) interruption();
    return below_.commit(std::move(transaction));
  }
  Result<std::optional<Row>> get(std::string_view key) const override { return below_.get(key); }
  Result<std::vector<Row>> scan(const ScanRange& range) const override {
    ++scans;
    return below_.scan(range);
  }
  Result<std::vector<Change>> changes(Revision after, size_t limit) const override {
    return below_.changes(after, limit);
  }
  Revision revision() const override { return below_.revision(); }
  bool can_commit() const override { return below_.can_commit(); }
  void on_commit(CommitListener listener) override {
    below_.on_commit([this, listener = std::move(listener)](Revision revision, const std::vector<Change>& changes) {
      if (!holds_back_) return listener(revision, changes);
      held_back_.push_back([listener, revision, changes] { listener(revision, changes); });
    });
  }

  mutable std::atomic<int> scans = 0;

 private:
  Store& below_;
  std::function<void()> interruption_;
  std::atomic<bool> holds_back_ = false;
  std::vector<std::function<void()>> held_back_;
};

}  // namespace coffer::store::testing
