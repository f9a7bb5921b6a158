#include "replication/copy_checker.h"

#include <algorithm>

#include "replication/link_codec.h"

namespace coffer::replication {

using Kind = Delivery::Kind;

namespace {

constexpr Duration kAskEvery = std::chrono::seconds(1);
constexpr Duration kAskAgainAfter = std::chrono::minutes(1);  // about what could not be asked
constexpr Duration kTryRefusedEvery = std::chrono::minutes(1);

}  // namespace

Delivery CopyChecker::step() {
  marked_ = 0;
  has_answered_ = false;
  if (again_at_ != Duration(0) && parts_.clock.monotonic() >= again_at_) {
    again_at_ = Duration(0);
    checked_ = checking_ = 0;
  }
  if (!is_busy() && have_departed()) {
    begin_check();
    is_asking_again_ = true;
  }
  if (!is_busy()) return ask_who_is_there();
  const Result<Delivery> checked = check_page();
  return checked.ok() ? *checked : store_down(checked.error());
}

// While many are promoted one after the other, not for each of them.
bool CopyChecker::have_departed() const {
  const Duration now = parts_.clock.monotonic();
  if (are_refused_left_ && now >= try_refused_at_) return true;
  return parts_.link.destination_departures() != departures_ && now - asked_ >= kAskEvery;
}

void CopyChecker::begin_check() {
  departures_ = parts_.link.destination_departures();
  next_.clear();
  found_ = 0;
  has_gap_ = false;
  tries_refused_ = parts_.clock.monotonic() >= try_refused_at_;
  are_refused_left_ = false;
}

Delivery CopyChecker::ask_who_is_there() {
  const Duration now = parts_.clock.monotonic();
  if (now - asked_ < kAskEvery) return {};
  asked_ = now;
  const auto answer = parts_.link.send(secrets::CopyCheck{.copies = {}, .accesses_after = accesses_to_.value_or(0)});
  has_answered_ = answer.ok();
  if (!answer.ok() && is_link_trouble(answer.error().code)) return {Kind::kLinkDown, answer.error().message};
  // Of another process there is nothing to be known that asking about all copies does not tell.
  if (!answer.ok() || is_busy()) return {};
  parts_.secrets.note_copy_accesses(parts_.destination, answer->accesses);
  accesses_to_ = answer->accesses_to;
  if (answer->are_accesses_lost) {
    begin_check();
    is_asking_again_ = true;
  }
  return {};
}

Result<Delivery> CopyChecker::check_page() {
  const uint64_t start = parts_.link.destination_start();
  if (start != checking_) {
    checking_ = start;
    accesses_to_.reset();
    is_asking_again_ = false;
    begin_check();
    reporter_.begin_check();
  }
  COFFER_ASSIGN(secrets::ExpectedCopies page,
                parts_.secrets.expected_copies(parts_.destination, next_, kMaxCheckedCopies));
  if (!page.copies.empty() || !page.refused.empty()) {
    secrets::CopyCheck check{page.copies};
    check.copies.insert(check.copies.end(), page.refused.begin(), page.refused.end());
    const auto answer = parts_.link.send(check);
    if (!answer.ok() && is_link_trouble(answer.error().code)) {
      return Delivery{Kind::kLinkDown, answer.error().message};
    }
    // It has started again meanwhile: all from the beginning.
    if (parts_.link.destination_start() != start) return Delivery{};
    has_answered_ = answer.ok();
    if (answer.ok()) {
      COFFER_TRY(take(page, *answer));
    } else {
      // Replication goes on without: what changes is sent all the same.
      has_gap_ = true;
      parts_.log.error("replication_copies_unchecked",
                       {{"destination", parts_.destination.text()}, {"error", answer.error().message}});
    }
  }
  next_ = std::move(page.next);
  if (!next_.empty()) return Delivery{};
  checked_ = start;
  is_asking_again_ = false;
  asked_ = parts_.clock.monotonic();
  if (has_gap_) again_at_ = asked_ + kAskAgainAfter;
  if (found_ > 0) {
    parts_.log.warning("replication_copies_differ", {{"destination", parts_.destination.text()}, {"count", found_}});
  }
  return Delivery{};
}

Result<void> CopyChecker::take(const secrets::ExpectedCopies& page, const secrets::CopyAnswer& answer) {
  const std::vector<secrets::CopyVerdict>& verdicts = answer.verdicts;
  const auto of_refused = verdicts.begin() + static_cast<ptrdiff_t>(page.copies.size());
  COFFER_ASSIGN(marked_, parts_.secrets.send_again(parts_.destination, page.copies, {verdicts.begin(), of_refused}));
  found_ += marked_;
  // One that was refused may have been promoted since, or given way.
  if (tries_refused_) {
    COFFER_ASSIGN(const size_t tried,
                  parts_.secrets.send_refused(parts_.destination, page.refused, {of_refused, verdicts.end()}));
    marked_ += tried;
    if (tried > 0) try_refused_at_ = parts_.clock.monotonic() + kTryRefusedEvery;
  } else {
    are_refused_left_ =
        are_refused_left_ || std::find(of_refused, verdicts.end(), secrets::CopyVerdict::kOther) != verdicts.end();
  }
  parts_.secrets.note_copy_accesses(parts_.destination, answer.accesses);
  // As of the first page: what is read while the others are asked about is told of again.
  if (!accesses_to_) accesses_to_ = answer.accesses_to;
  for (size_t i = 0; i < page.refused.size(); ++i)
    reporter_.refused({page.refused[i].account, page.refused[i].name}, of_refused[static_cast<ptrdiff_t>(i)]);
  return {};
}

}  // namespace coffer::replication
