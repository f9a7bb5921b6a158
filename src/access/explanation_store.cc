#include "access/explanation_store.h"

#include <algorithm>

namespace coffer::access {
namespace {

size_t size_of(const std::vector<std::string>& texts) {
  size_t size = 0;
  for (const std::string& text : texts)
    size += sizeof text + text.size();
  return size;
}

size_t size_of(const Explanation& explanation) {
  size_t size = sizeof explanation + explanation.caller.size() + explanation.resource.size() +
                explanation.message.size() + size_of(explanation.caller_reasons) +
                size_of(explanation.resource_reasons);
  for (const Advice& advice : explanation.advice)
    size += sizeof advice + advice.where.size() + advice.statement.size();
  return size;
}

// "ID", or "ID-2".
bool is_of_request(std::string_view decision_id, std::string_view request_id) {
  if (!decision_id.starts_with(request_id)) return false;
  const std::string_view rest = decision_id.substr(request_id.size());
  return rest.empty() || (rest.starts_with('-') && rest.find_first_not_of("0123456789", 1) == rest.npos);
}

}  // namespace

void ExplanationStore::add(std::string_view request_id, Explanation explanation) {
  explanation.decision_id = request_id;
  {
    const std::lock_guard lock(mutex_);
    // A request's denials come one after the other, so that those before stand near the end.
    size_t others = 0;
    constexpr size_t kLookedAt = 64;
    for (size_t i = 0; i < std::min(kLookedAt, kept_.size()); ++i) {
      if (is_of_request(kept_[kept_.size() - 1 - i].decision_id, request_id)) ++others;
    }
    if (others != 0) explanation.decision_id.append("-").append(std::to_string(others + 1));
  }
  log_.info("access_denied", {{"decision_id", explanation.decision_id},
                              {"caller", explanation.caller},
                              {"action", explanation.action},
                              {"resource", explanation.resource},
                              {"message", explanation.message}});
  const std::lock_guard lock(mutex_);
  bytes_ += size_of(explanation);
  kept_.push_back(std::move(explanation));
  while (bytes_ > capacity_ && !kept_.empty()) {
    bytes_ -= size_of(kept_.front());
    kept_.pop_front();
  }
}

std::vector<Explanation> ExplanationStore::find(std::string_view id) const {
  std::vector<Explanation> found;
  if (id.empty()) return found;
  const std::lock_guard lock(mutex_);
  for (const Explanation& explanation : kept_) {
    if (is_of_request(explanation.decision_id, id)) found.push_back(explanation);
  }
  return found;
}

}  // namespace coffer::access
