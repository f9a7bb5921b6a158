#include "replication/copy_checker.h"

#include <algorithm>

#include "replication/link_codec.h"

namespace coffer::replication {

using Kind = Delivery::Kind;

namespace {

constexpr Duration kAskEvery = std::chrono::seconds(1);
constexpr Duration kAskAgainAfter = std::chrono::minutes(1);  // about what could not be asked

}  // namespace

Delivery CopyChecker::step() {
  marked_ = 0;
  has_answered_ = false;
  if (again_at_ != Duration(0) && parts_.clock.monotonic() >= again_at_) {
    again_at_ = Duration(0);
    checked_ = checking_ = 0;
  }
  if (!is_busy()) return ask_who_is_there();
  const Result<Delivery> checked = check_page();
  return checked.ok() ? *checked : store_down(checked.error());
}

Delivery CopyChecker::ask_who_is_there() {
  const Duration now = parts_.clock.monotonic();
  if (now - asked_ < kAskEvery) return {};
  asked_ = now;
  const auto answer = parts_.link.send(secrets::CopyCheck{});
  has_answered_ = answer.ok();
  if (answer.ok() || !is_link_trouble(answer.error().code)) return {};
  return {Kind::kLinkDown, answer.error().message};
}

Result<Delivery> CopyChecker::check_page() {
  const uint64_t start = parts_.link.destination_start();
  if (start != checking_) {
    checking_ = start;
    next_.clear();
    found_ = 0;
    has_gap_ = false;
    reporter_.begin_check();
  }
  COFFER_ASSIGN(secrets::ExpectedCopies page,
                parts_.secrets.expected_copies(parts_.destination, next_, kMaxCheckedCopies));
  if (!page.copies.empty() || !page.refused.empty()) {
    secrets::CopyCheck check{page.copies};
    check.copies.insert(check.copies.end(), page.refused.begin(), page.refused.end());
    const auto verdicts = parts_.link.send(check);
    if (!verdicts.ok() && is_link_trouble(verdicts.error().code)) {
      return Delivery{Kind::kLinkDown, verdicts.error().message};
    }
    // It has started again meanwhile: all from the beginning.
    if (parts_.link.destination_start() != start) return Delivery{};
    has_answered_ = verdicts.ok();
    if (verdicts.ok()) {
      const auto of_refused = verdicts->begin() + static_cast<ptrdiff_t>(page.copies.size());
      COFFER_ASSIGN(marked_,
                    parts_.secrets.send_again(parts_.destination, page.copies, {verdicts->begin(), of_refused}));
      found_ += marked_;
      for (size_t i = 0; i < page.refused.size(); ++i)
        reporter_.refused({page.refused[i].account, page.refused[i].name}, of_refused[static_cast<ptrdiff_t>(i)]);
    } else {
      // Replication goes on without: what changes is sent all the same.
      has_gap_ = true;
      parts_.log.error("replication_copies_unchecked",
                       {{"destination", parts_.destination.text()}, {"error", verdicts.error().message}});
    }
  }
  next_ = std::move(page.next);
  if (!next_.empty()) return Delivery{};
  checked_ = start;
  asked_ = parts_.clock.monotonic();
  if (has_gap_) again_at_ = asked_ + kAskAgainAfter;
  if (found_ > 0) {
    parts_.log.warning("replication_copies_differ", {{"destination", parts_.destination.text()}, {"count", found_}});
  }
  return Delivery{};
}

}  // namespace coffer::replication
