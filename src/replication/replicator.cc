#include "replication/replicator.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <span>

#include "home/announcement.h"
#include "replication/backoff.h"
#include "replication/copy_checker.h"
#include "replication/courier.h"
#include "replication/first_copies.h"
#include "replication/lag_reporter.h"
#include "store/keys.h"

namespace coffer::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = Delivery::Kind;

constexpr std::string_view kSecretKind = "secret";
constexpr size_t kBatch = 64;
constexpr size_t kMaxSetAside = 1'000;  // secrets
// KMS keys and identities have reasons of their own all at once, when a region has lost its disk; secrets on the same
// link are not to wait for what a person has to mend.
constexpr size_t kMaxOthersSetAside = 100'000;
constexpr Duration kBetweenOthers = milliseconds(20);  // that are tried again, on average, when they are many
// Of a pass: each is a message of its own, and a link between continents takes a tenth of a second for one.
constexpr size_t kKeysInPass = 32;
// So many marks that wait are read in no time. More of them rest, so that looking for those that are due takes a few
// hundredths of a core whatever there is: reading a mark takes a microsecond or two.
constexpr size_t kFewSetAside = 100;
constexpr std::chrono::microseconds kRestForEach{100};
constexpr size_t kMaxCounted = 10'000;
constexpr Duration kIdle = seconds(1);
constexpr Duration kReportEvery = seconds(1);
constexpr Duration kReportAtLeastEvery = seconds(2);  // while there is always something to send
constexpr BackoffLimits kDestinationBackoff{milliseconds(100), seconds(10)};
constexpr BackoffLimits kRowBackoff{seconds(1), seconds(60)};

// A row that could not be sent for a reason of its own.
struct SetAside {
  store::Revision revision = 0;  // a newer mark is tried at once
  Duration retry_at{};
  unsigned failures = 0;
  std::string message;
  uint64_t seen_in_pass = 0;
  bool is_secret = true;
};

// Whether the mark is a KMS key's.
bool is_of_key(const store::Row& row) {
  const auto key = store::OutboxKey::parse(row.key);
  return key && key->kind == kms::kOutboxKind;
}

}  // namespace

class Replicator::Impl {
 public:
  explicit Impl(const Parts& parts)
      : parts_(parts),
        courier_(parts),
        reporter_(parts),
        copies_(parts, reporter_),
        first_copies_(parts),
        prefix_(store::OutboxKey::prefix(parts.destination)),
        behind_keys_(store::ScanRange::prefix(prefix_ + std::string(kms::kOutboxKind) + store::kSeparator).end) {}

  Duration step();
  void stop() { stopped_ = true; }
  LinkStatus status() const;

 private:
  // Greets the destination, once, and asks it about its copies. False if it does not answer.
  bool meet();
  // A heartbeat, if the last is as old as that. False if the destination does not answer.
  bool report_after(Duration age);
  // Once for each process of the destination that answers this one.
  bool announce_keys();
  Duration end_pass(Duration now);
  bool waits(const store::Row& row, Duration now);
  // Of a KMS key's mark: a pass takes a few of them, and the next one goes on behind the last.
  bool has_turn(const store::Row& row);
  // Where the pass goes on instead of reading keys' marks, the first of which is `row`: behind those that had their
  // turn, or behind all, when they rest or no more are taken. Empty: it reads them.
  std::string detour_of(const store::Row& row, Duration now);
  // The pass reads nothing between the two, and forgets nothing of it.
  void pass_over(const std::string& begin, const std::string& end);
  // Some of the rows, from the first on; how many. 0 if the rest is not to be sent now.
  size_t deliver(std::span<const store::Row> rows);
  // True if others may be sent.
  bool settle(const store::Row& row, Delivery delivery);
  bool set_aside(const store::Row& row, std::string message);
  void succeeded(const store::Row& row);
  void answered();
  void destination_failed(std::string_view event, const std::string& message);
  void note(const std::vector<store::Row>& rows) const;

  const Parts parts_;
  Courier courier_;
  LagReporter reporter_;
  CopyChecker copies_;
  FirstCopies first_copies_;
  const std::string prefix_;
  const std::string behind_keys_;  // the first key behind all marks of KMS keys
  std::atomic<bool> stopped_ = false;

  // Marks are visited in passes over the outbox, each a few batches, so that a mark that keeps failing or changing
  // delays every other by one visit only.
  std::string cursor_;  // where the next batch begins; empty: a new pass
  uint64_t pass_ = 0;
  bool tried_in_pass_ = false;
  bool held_back_in_pass_ = false;
  // So many marks are still delivered one by one. After a message with many was not answered: it may be one of them
  // that breaks the link.
  size_t alone_ = 0;
  std::map<std::string, SetAside> set_aside_;
  size_t others_set_aside_ = 0;  // of those, but for secrets
  size_t keys_in_pass_ = 0;      // KMS keys that the pass has taken
  std::string last_key_;         // the mark of the last one; empty: all may have their turn
  bool keys_rest_in_pass_ = false;
  Duration others_rest_until_{};
  bool is_greeted_ = false;
  uint64_t keys_announced_to_ = 0;  // the start of the destination's process that is told of all multi-region keys
  unsigned failures_ = 0;           // of the destination, in a row
  Duration retry_at_{};

  mutable std::mutex mutex_;  // of what follows
  mutable std::map<std::string, Time> first_seen_;
  std::optional<Time> last_success_;
  std::string last_error_;
  bool concerns_one_ = false;
};

Duration Replicator::Impl::step() {
  if (stopped_) return kIdle;
  const Duration now = parts_.clock.monotonic();
  if (now < retry_at_) return retry_at_ - now;
  const Result<bool> announced = home::announce_everything(parts_.states, parts_.destination);
  if (!announced.ok() && announced.error().code != ErrorCode::kConflict) {
    destination_failed("replication_store_down", announced.error().message);
    return retry_at_ - now;
  }
  store::ScanRange range = store::ScanRange::prefix(prefix_, kBatch);
  if (cursor_.empty()) {
    ++pass_;
    tried_in_pass_ = false;
    held_back_in_pass_ = false;
    if (keys_in_pass_ < kKeysInPass) last_key_.clear();
    keys_in_pass_ = 0;
    keys_rest_in_pass_ = false;
  } else {
    range.begin = cursor_;
  }
  Result<std::vector<store::Row>> rows = parts_.store.scan(range);
  if (!rows.ok()) {
    destination_failed("replication_store_down", rows.error().message);
    return retry_at_ - now;
  }
  if (rows->empty() && !cursor_.empty()) {
    // The pass ended exactly at the last batch. The next one begins at once, and only once: its cursor is empty.
    const Duration wait = end_pass(now);
    return wait > Duration(0) ? wait : step();
  }
  const auto first_key = std::ranges::find_if(*rows, is_of_key);
  const std::string detour = first_key == rows->end() ? std::string() : detour_of(*first_key, now);
  if (!detour.empty()) {
    pass_over(first_key->key, detour);
    rows->erase(first_key, rows->end());
  }
  note(*rows);
  if (!meet()) return std::max(Duration(0), retry_at_ - parts_.clock.monotonic());
  // Otherwise what is due tells whether the destination takes it.
  if (rows->empty() && detour.empty() && copies_.has_answered()) answered();
  std::vector<store::Row> due;
  for (const store::Row& row : *rows) {
    if (waits(row, now) || !has_turn(row)) continue;
    if (first_copies_.holds_back(row)) {
      held_back_in_pass_ = true;
      continue;
    }
    due.push_back(row);
  }
  for (std::span<const store::Row> left = due; !left.empty();) {
    if (stopped_) return kIdle;
    tried_in_pass_ = true;
    const size_t delivered = deliver(left);
    if (delivered == 0) return std::max(Duration(0), retry_at_ - parts_.clock.monotonic());
    left = left.subspan(delivered);
  }
  if (!detour.empty()) {
    cursor_ = detour;
    return Duration(0);
  }
  if (!rows->empty()) cursor_ = rows->back().key + '\0';
  if (rows->size() == kBatch) return Duration(0);
  return end_pass(now);
}

bool Replicator::Impl::meet() {
  if (!is_greeted_) {
    const Result<void> greeted = parts_.link.greet();
    if (!greeted.ok()) {
      destination_failed("replication_link_down", greeted.error().message);
      return false;
    }
    is_greeted_ = true;
  }
  const Delivery checked = copies_.step();
  tried_in_pass_ = tried_in_pass_ || copies_.marked() > 0;
  if (checked.kind == Kind::kDone) return announce_keys() && report_after(kReportAtLeastEvery);
  const bool is_store = checked.kind == Kind::kStoreDown;
  destination_failed(is_store ? "replication_store_down" : "replication_link_down", checked.message);
  return false;
}

bool Replicator::Impl::report_after(Duration age) {
  if (!copies_.knows_all() || parts_.clock.monotonic() - reporter_.reported() < age) return true;
  const Delivery reported = reporter_.report();
  if (reported.kind == Kind::kDone) return true;
  const bool is_store = reported.kind == Kind::kStoreDown;
  destination_failed(is_store ? "replication_store_down" : "replication_link_down", reported.message);
  return false;
}

bool Replicator::Impl::announce_keys() {
  const uint64_t start = parts_.link.destination_start();
  if (start == keys_announced_to_) return true;
  const Result<size_t> marked = parts_.keys.announce(parts_.destination);
  if (!marked.ok()) {
    destination_failed("replication_store_down", marked.error().message);
    return false;
  }
  keys_announced_to_ = start;
  tried_in_pass_ = tried_in_pass_ || *marked > 0;
  return true;
}

Duration Replicator::Impl::end_pass(Duration now) {
  cursor_.clear();
  // Marks that somebody else cleared are not to be remembered.
  std::erase_if(set_aside_, [this](const auto& entry) {
    const bool is_gone = entry.second.seen_in_pass != pass_;
    if (is_gone && !entry.second.is_secret) --others_set_aside_;
    return is_gone;
  });
  // Marks may have been written behind the cursor. Otherwise the next pass is due soon anyhow.
  const bool are_keys_left = keys_in_pass_ == kKeysInPass;
  if (!keys_rest_in_pass_ && !are_keys_left && others_set_aside_ > kFewSetAside) {
    others_rest_until_ = now + std::chrono::ceil<Duration>(kRestForEach * static_cast<int64_t>(others_set_aside_));
  }
  if (tried_in_pass_ && (!held_back_in_pass_ || are_keys_left)) return Duration(0);
  if (copies_.is_busy()) return Duration(0);
  // Now that nothing more can be sent, so that as little as possible has to be told of as undelivered.
  if (!report_after(kReportEvery)) return std::max(Duration(0), retry_at_ - parts_.clock.monotonic());
  Duration wait = held_back_in_pass_ ? first_copies_.wait() : kIdle;
  for (const auto& [key, entry] : set_aside_) {
    const Duration due = entry.is_secret ? entry.retry_at : std::max(entry.retry_at, others_rest_until_);
    wait = std::min(wait, std::max(Duration(0), due - now));
  }
  return wait;
}

size_t Replicator::Impl::deliver(std::span<const store::Row> rows) {
  const bool is_alone = alone_ > 0;
  std::vector<Delivery> deliveries = courier_.deliver(is_alone ? rows.first(1) : rows);
  cursor_ = rows[deliveries.size() - 1].key + '\0';
  alone_ -= std::min(alone_, deliveries.size());
  bool goes_on = true;
  std::optional<size_t> trouble;
  for (size_t i = 0; i < deliveries.size(); ++i) {
    const bool is_trouble = deliveries[i].kind == Kind::kLinkDown || deliveries[i].kind == Kind::kStoreDown;
    if (!is_trouble) {
      goes_on = settle(rows[i], std::move(deliveries[i])) && goes_on;
    } else if (!trouble) {
      trouble = i;
    }
  }
  // In the end: those that succeeded say that the destination answers.
  if (trouble) {
    if (deliveries[*trouble].kind == Kind::kLinkDown && !is_alone) {
      alone_ = kBatch;
      cursor_ = rows[*trouble].key;
    }
    goes_on = settle(rows[*trouble], std::move(deliveries[*trouble]));
  }
  return goes_on ? deliveries.size() : 0;
}

bool Replicator::Impl::waits(const store::Row& row, Duration now) {
  const auto found = set_aside_.find(row.key);
  if (found == set_aside_.end()) return false;
  found->second.seen_in_pass = pass_;
  return found->second.revision == row.revision && now < found->second.retry_at;
}

bool Replicator::Impl::has_turn(const store::Row& row) {
  if (!is_of_key(row)) return true;
  if (keys_in_pass_ == kKeysInPass) {
    tried_in_pass_ = true;  // another pass is to follow at once
    return false;
  }
  ++keys_in_pass_;
  last_key_ = row.key;
  return true;
}

std::string Replicator::Impl::detour_of(const store::Row& row, Duration now) {
  if (keys_in_pass_ == kKeysInPass) {
    tried_in_pass_ = true;  // another pass is to follow at once
    return behind_keys_;
  }
  if (row.key <= last_key_) {
    tried_in_pass_ = true;
    return last_key_ + '\0';
  }
  if (now >= others_rest_until_) return {};
  keys_rest_in_pass_ = true;
  return behind_keys_;
}

void Replicator::Impl::pass_over(const std::string& begin, const std::string& end) {
  for (auto entry = set_aside_.lower_bound(begin); entry != set_aside_.end() && entry->first < end; ++entry)
    entry->second.seen_in_pass = pass_;
}

bool Replicator::Impl::settle(const store::Row& row, Delivery delivery) {
  reporter_.settled(row, delivery);
  switch (delivery.kind) {
    case Kind::kDone:
    case Kind::kMarkedAnew:
      succeeded(row);
      return true;
    case Kind::kRefused:
      parts_.log.warning("replication_refused",
                         {{"destination", parts_.destination.text()}, {"message", delivery.message}});
      succeeded(row);
      return true;
    case Kind::kSetAside:
      return set_aside(row, std::move(delivery.message));
    case Kind::kLinkDown:
      destination_failed("replication_link_down", delivery.message);
      return false;
    case Kind::kStoreDown:
      destination_failed("replication_store_down", delivery.message);
      return false;
  }
  return false;
}

bool Replicator::Impl::set_aside(const store::Row& row, std::string message) {
  const auto key = store::OutboxKey::parse(row.key);
  const bool is_secret = !key || key->kind == kSecretKind;
  const bool is_new = !set_aside_.contains(row.key);
  const bool are_too_many =
      is_secret ? set_aside_.size() - others_set_aside_ >= kMaxSetAside : others_set_aside_ >= kMaxOthersSetAside;
  if (is_new && are_too_many) {
    // So many cannot all have reasons of their own.
    destination_failed("replication_link_down", message);
    return false;
  }
  SetAside& entry = set_aside_[row.key];
  if (is_new && !is_secret) ++others_set_aside_;
  entry.is_secret = is_secret;
  if (entry.message != message) {
    parts_.log.warning("replication_set_aside", {{"destination", parts_.destination.text()},
                                                 {"account", key ? key->account.text() : ""},
                                                 {"name", key ? key->name : ""},
                                                 {"message", message}});
  }
  entry.revision = row.revision;
  Duration wait = backoff(kRowBackoff, ++entry.failures, parts_.random);
  if (!is_secret) wait = std::max(wait, kBetweenOthers * static_cast<int64_t>(others_set_aside_));
  entry.retry_at = parts_.clock.monotonic() + wait;
  entry.message = message;
  entry.seen_in_pass = pass_;
  const std::lock_guard lock(mutex_);
  last_error_ = std::move(message);
  concerns_one_ = true;
  return true;
}

void Replicator::Impl::succeeded(const store::Row& row) {
  const auto found = set_aside_.find(row.key);
  if (found != set_aside_.end()) {
    if (!found->second.is_secret) --others_set_aside_;
    set_aside_.erase(found);
  }
  answered();
  const std::lock_guard lock(mutex_);
  first_seen_.erase(row.key);
}

void Replicator::Impl::answered() {
  if (failures_ > 0) parts_.log.info("replication_link_up", {{"destination", parts_.destination.text()}});
  failures_ = 0;
  const std::lock_guard lock(mutex_);
  last_success_ = parts_.clock.now();
  // What cannot be sent for a reason of its own is still in the way.
  last_error_ = set_aside_.empty() ? std::string() : set_aside_.begin()->second.message;
  concerns_one_ = !set_aside_.empty();
}

void Replicator::Impl::destination_failed(std::string_view event, const std::string& message) {
  if (failures_ == 0) {
    parts_.log.warning(event, {{"destination", parts_.destination.text()}, {"error", message}});
  }
  retry_at_ = parts_.clock.monotonic() + backoff(kDestinationBackoff, ++failures_, parts_.random);
  const std::lock_guard lock(mutex_);
  last_error_ = message;
  concerns_one_ = false;
}

void Replicator::Impl::note(const std::vector<store::Row>& rows) const {
  const Time now = parts_.clock.now();
  const std::lock_guard lock(mutex_);
  for (const store::Row& row : rows) {
    if (first_seen_.size() < kMaxCounted) first_seen_.try_emplace(row.key, now);
  }
}

LinkStatus Replicator::Impl::status() const {
  LinkStatus status;
  status.destination = parts_.destination;
  const Result<std::vector<store::Row>> rows = parts_.store.scan(store::ScanRange::prefix(prefix_, kMaxCounted));
  if (rows.ok()) note(*rows);
  const std::lock_guard lock(mutex_);
  if (rows.ok()) {
    status.dirty = rows->size();
    if (rows->size() < kMaxCounted) {
      std::erase_if(first_seen_, [&rows](const auto& entry) {
        return !std::ranges::binary_search(*rows, entry.first, {}, &store::Row::key);
      });
    }
    for (const store::Row& row : *rows) {
      const auto seen = first_seen_.find(row.key);
      if (seen != first_seen_.end() && (!status.oldest_dirty || seen->second < *status.oldest_dirty))
        status.oldest_dirty = seen->second;
    }
  }
  status.last_success = last_success_;
  status.last_error = rows.ok() ? last_error_ : rows.error().message;
  status.concerns_one = rows.ok() && concerns_one_;
  return status;
}

Replicator::Replicator(const Parts& parts) : impl_(std::make_unique<Impl>(parts)) {}
Replicator::~Replicator() = default;
Duration Replicator::step() {
  return impl_->step();
}
void Replicator::stop() {
  impl_->stop();
}
LinkStatus Replicator::status() const {
  return impl_->status();
}

}  // namespace coffer::replication
