#include "replication/first_copies.h"

#include <algorithm>

#include "store/keys.h"

namespace coffer::replication {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::string_view kSecretKind = "secret";
constexpr microseconds kSecond = std::chrono::seconds(1);
// So far they may be ahead of an even pace: a thread that is woken sends several at once.
constexpr microseconds kAhead = milliseconds(100);
constexpr Duration kShortest = milliseconds(50);

}  // namespace

bool FirstCopies::is_first(const store::Row& row) const {
  const auto key = store::OutboxKey::parse(row.key);
  const auto mark = store::OutboxMark::parse(row.value);
  if (!key || !mark || key->kind != kSecretKind || mark->action == store::OutboxMark::Action::kRemove) return false;
  const Result<secrets::SecretPointer> view = parts_.secrets.find(key->account, key->name);
  if (!view.ok() || *view == nullptr) return false;
  const auto& progress = (*view)->progress;
  const auto found =
      std::ranges::find(progress, parts_.destination, &std::pair<Region, secrets::ReplicaProgress>::first);
  return found == progress.end() || found->second.acknowledged_generation == 0;
}

bool FirstCopies::holds_back(const store::Row& row) {
  if (parts_.first_copies_per_second == 0 || !is_first(row)) return false;
  const microseconds now = parts_.clock.stopwatch();
  if (due_ > now + kAhead) return true;
  due_ = std::max(due_, now) + kSecond / parts_.first_copies_per_second;
  return false;
}

Duration FirstCopies::wait() const {
  const microseconds left = due_ - kAhead - parts_.clock.stopwatch();
  return std::max(kShortest, std::chrono::ceil<Duration>(left));
}

}  // namespace coffer::replication
