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

size_t size_of(const Remarks& remarks) {
  return size_of(remarks.reasons) + size_of(remarks.notes);
}

size_t size_of(const Step& step) {
  size_t size = sizeof step + step.action.size() + step.resource.size();
  for (const Opinion& opinion : step.opinions)
    size += sizeof opinion + opinion.policies.size() + opinion.remark.size() + size_of(opinion.statements);
  return size;
}

size_t size_of(const Explanation& explanation) {
  size_t size = sizeof explanation + explanation.caller.size() + explanation.resource.size() +
                explanation.message.size() + size_of(explanation.for_caller) + size_of(explanation.for_resource);
  for (const Step& step : explanation.steps)
    size += size_of(step);
  for (const Change& change : explanation.changes) {
    size += sizeof change + change.where.size() + change.what.size() + size_of(change.details);
    size += change.statement.size();
  }
  return size;
}

// What finding it costs: the ids, and the nodes of the containers.
constexpr size_t kOverhead = 256;

// "7d0c...-2" is of the request "7d0c...".
std::string_view request_of(std::string_view decision_id) {
  return decision_id.substr(0, decision_id.rfind('-'));
}

}  // namespace

bool ExplanationStore::wants(const AccountId& account, Time now) {
  constexpr size_t kMaxWindows = 10'000;
  const auto second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  const std::lock_guard lock(mutex_);
  if (windows_.size() >= kMaxWindows && !windows_.contains(account.text())) windows_.clear();
  Window& window = windows_[account.text()];
  if (window.second != second) window = {second, 0};
  return ++window.count <= kMaxPerSecond;
}

void ExplanationStore::log(const Explanation& denial) const {
  log_.info("access_denied", {{"decision_id", denial.decision_id},
                              {"caller", denial.caller},
                              {"action", denial.action},
                              {"resource", denial.resource},
                              {"message", denial.message}});
}

void ExplanationStore::add(std::string_view request_id, Explanation explanation) {
  std::string key(request_id);
  const size_t bytes = size_of(explanation) + kOverhead + 2 * key.size();
  ExplanationPointer added;
  {
    const std::lock_guard lock(mutex_);
    Request& request = requests_[key];
    explanation.decision_id = key;
    if (++request.denials > 1) explanation.decision_id.append("-").append(std::to_string(request.denials));
    added = std::make_shared<const Explanation>(std::move(explanation));
    request.kept.push_back(added);
    kept_.push_back({std::move(key), added, bytes});
    bytes_ += bytes;
    while (bytes_ > capacity_ && !kept_.empty())
      forget_oldest();
  }
  log(*added);
}

void ExplanationStore::forget_oldest() {
  const Kept& oldest = kept_.front();
  const auto request = requests_.find(oldest.request_id);
  // Of one request, too, the oldest is the first.
  request->second.kept.erase(request->second.kept.begin());
  if (request->second.kept.empty()) requests_.erase(request);
  bytes_ -= oldest.bytes;
  kept_.pop_front();
}

std::vector<ExplanationPointer> ExplanationStore::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  if (const auto request = requests_.find(std::string(id)); request != requests_.end()) return request->second.kept;
  const auto request = requests_.find(std::string(request_of(id)));
  if (request == requests_.end()) return {};
  const auto& kept = request->second.kept;
  const auto one = std::ranges::find(kept, id, [](const ExplanationPointer& kept) { return kept->decision_id; });
  return one == kept.end() ? std::vector<ExplanationPointer>() : std::vector{*one};
}

}  // namespace coffer::access
