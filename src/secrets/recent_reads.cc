#include "secrets/recent_reads.h"

#include <algorithm>

namespace coffer::secrets {

void RecentReads::add(SecretName secret) {
  const std::lock_guard lock(mutex_);
  kept_.push_back(std::move(secret));
  ++newest_;
  if (kept_.size() > kMaxKept) kept_.pop_front();
}

RecentReads::Page RecentReads::after(uint64_t serial, size_t limit) const {
  const std::lock_guard lock(mutex_);
  const uint64_t forgotten = newest_ - kept_.size();
  if (serial < forgotten) return {.secrets = {}, .to = newest_, .newest = newest_, .is_incomplete = true};
  const uint64_t from = std::min(serial, newest_);
  Page page{.secrets = {}, .to = 0, .newest = newest_, .is_incomplete = false};
  const auto begin = kept_.begin() + static_cast<ptrdiff_t>(from - forgotten);
  const auto count = std::min(limit, static_cast<size_t>(newest_ - from));
  page.secrets.assign(begin, begin + static_cast<ptrdiff_t>(count));
  page.to = from + count;
  return page;
}

}  // namespace coffer::secrets
