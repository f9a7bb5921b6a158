#include "policy/action_index.h"

#include <algorithm>
#include <cstring>

#include "policy/text.h"

namespace coffer::policy {
namespace {

// FNV-1a. A hit is always compared letter by letter: who writes policies may know this function, too.
uint64_t hash_of(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

// As a number, so that a beginning is compared in one step; a shorter text is filled up with zeros.
uint64_t first_eight(std::string_view text) {
  uint64_t bytes = 0;
  std::memcpy(&bytes, text.data(), std::min(text.size(), sizeof(bytes)));
  return bytes;
}

uint64_t mask_of(size_t size) {
  return first_eight(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff", std::min<size_t>(size, 8)));
}

}  // namespace

ActionName::ActionName(std::string_view action) : text_(to_small(action)) {
  const size_t colon = text_.find(':');
  const bool has_colon = colon != std::string::npos;
  colon_ = has_colon ? colon : 0;
  name_at_ = has_colon ? colon + 1 : text_.size();
  hash_ = hash_of(text_);
  service_hash_ = hash_of(service());
  name_start_ = first_eight(name());
}

void ActionPatterns::add(const ActionPattern& pattern, uint32_t statement) {
  const std::string small = to_small(pattern.text());
  if (small == "*") {
    everything_.push_back(statement);
    return;
  }
  if (!has_wildcard(small)) {
    exact_.push_back({hash_of(small), small, statement});
    return;
  }
  const size_t colon = small.find(':');
  const std::string service = small.substr(0, colon);
  const std::string_view name = std::string_view(small).substr(colon + 1);
  const std::string_view start = name.substr(0, name.find_first_of("*?"));
  wild_.push_back({hash_of(service), first_eight(start), mask_of(start.size()), service, Wildcards(name), statement});
}

void ActionPatterns::sort() {
  std::ranges::sort(exact_, {}, &Exact::hash);
  std::ranges::sort(wild_, {}, &Wild::service_hash);
}

template <class Found>
void ActionPatterns::find(const ActionName& action, const Found& found) const {
  for (const uint32_t statement : everything_)
    found(statement);
  for (auto at = std::ranges::lower_bound(exact_, action.hash(), {}, &Exact::hash);
       at != exact_.end() && at->hash == action.hash(); ++at) {
    if (at->text == action.text()) found(at->statement);
  }
  for (auto at = std::ranges::lower_bound(wild_, action.service_hash(), {}, &Wild::service_hash);
       at != wild_.end() && at->service_hash == action.service_hash(); ++at) {
    if ((action.name_start() & at->start_mask) != at->start) continue;
    if (at->service == action.service() && at->name.matches(action.name())) found(at->statement);
  }
}

ActionIndex::ActionIndex(const std::vector<Statement>& statements) {
  for (uint32_t number = 0; number < statements.size(); ++number) {
    const Selection<ActionPattern>& actions = statements[number].actions;
    const bool is_listed = actions.selects == Selects::kListed;
    ActionPatterns& patterns = is_listed ? listed_ : excluding_.emplace_back(Excluding{number, {}}).patterns;
    for (const ActionPattern& pattern : actions.items)
      patterns.add(pattern, number);
    if (!is_listed) patterns.sort();
  }
  listed_.sort();
}

StatementSet ActionIndex::find(const ActionName& action) const {
  StatementSet covering;
  listed_.find(action, [&covering](uint32_t statement) { covering.add(statement); });
  for (const Excluding& one : excluding_) {
    bool is_excluded = false;
    one.patterns.find(action, [&is_excluded](uint32_t) { is_excluded = true; });
    if (!is_excluded) covering.add(one.statement);
  }
  return covering;
}

}  // namespace coffer::policy
