#include "replication/undelivered.h"

#include <algorithm>

namespace coffer::replication {

std::optional<std::chrono::microseconds> Undelivered::look(std::chrono::microseconds begun,
                                                           const std::vector<std::string>& keys) {
  std::map<std::string, Since> now;
  for (const std::string& key : keys) {
    const auto known = since_.find(key);
    now.emplace(key, known != since_.end() ? known->second : last_look_);
  }
  since_ = std::move(now);
  last_look_ = begun;
  Since complete_to = begun;
  for (const auto& [key, since] : since_) {
    if (!since) return std::nullopt;
    complete_to = std::min(complete_to, since);
  }
  return complete_to;
}

void Undelivered::forget() {
  since_.clear();
  last_look_.reset();
}

}  // namespace coffer::replication
