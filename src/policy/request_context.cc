#include "policy/request_context.h"

#include <algorithm>

#include "base/time_text.h"
#include "policy/text.h"

namespace coffer::policy {
namespace {

// "name/session" of "arn:aws:sts::111111111111:assumed-role/name/session".
std::string_view behind_assumed_role(std::string_view arn) {
  constexpr std::string_view kMark = ":assumed-role/";
  const size_t at = arn.find(kMark);
  return at == std::string_view::npos ? std::string_view() : arn.substr(at + kMark.size());
}

std::string_view type_of(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::kAccountRoot:
      return "Account";
    case PrincipalKind::kUser:
      return "User";
    case PrincipalKind::kRoleSession:
      return "AssumedRole";
    case PrincipalKind::kFederatedUser:
      return "FederatedUser";
    case PrincipalKind::kAnonymous:
      return "Anonymous";
    case PrincipalKind::kService:
    case PrincipalKind::kProvider:
      return {};
  }
  std::abort();
}

}  // namespace

std::string_view RequestPrincipal::unique_id() const {
  if (kind != PrincipalKind::kUser && kind != PrincipalKind::kRoleSession) return {};
  return user_id.substr(0, user_id.find(':'));
}

std::string_view RequestPrincipal::role_name() const {
  const std::string_view both = behind_assumed_role(arn);
  return both.substr(0, both.find('/'));
}

std::string_view RequestPrincipal::session_name() const {
  const std::string_view both = behind_assumed_role(arn);
  return both.substr(std::min(both.size(), both.find('/') + 1));
}

bool RequestPrincipal::has_account() const {
  switch (kind) {
    case PrincipalKind::kAccountRoot:
    case PrincipalKind::kUser:
    case PrincipalKind::kRoleSession:
    case PrincipalKind::kFederatedUser:
      return true;
    case PrincipalKind::kAnonymous:
    case PrincipalKind::kService:
    case PrincipalKind::kProvider:
      return false;
  }
  std::abort();
}

size_t RequestContext::Values::size() const {
  const List* const list = std::get_if<List>(&value_);
  return list == nullptr ? 1 : list->size();
}

std::string_view RequestContext::Values::at(size_t index, std::string& scratch) const {
  if (const auto* const text = std::get_if<std::string_view>(&value_)) return *text;
  if (const auto* const list = std::get_if<List>(&value_)) return (*list)[index];
  if (const auto* const time = std::get_if<Time>(&value_)) {
    scratch = iso_extended(*time);
  } else {
    const auto since_1970 = std::get<Epoch>(value_).time.time_since_epoch();
    scratch = std::to_string(std::chrono::floor<std::chrono::seconds>(since_1970).count());
  }
  return scratch;
}

void RequestContext::add(std::string_view key, std::string_view value) {
  entries_.push_back({{}, key, Values(value)});
}
void RequestContext::add_tag(std::string_view prefix, std::string_view name, std::string_view value) {
  entries_.push_back({prefix, name, Values(value)});
}
void RequestContext::add_list(std::string_view key, List values) {
  entries_.push_back({{}, key, Values(values)});
}
void RequestContext::add_time(std::string_view key, Time time) {
  entries_.push_back({{}, key, Values(time)});
}
void RequestContext::add_epoch(std::string_view key, Time time) {
  entries_.push_back({{}, key, Values(Values::Epoch{time})});
}

// A request has some two dozen keys, which mostly differ in length: a search from the start needs no index to be built.
const RequestContext::Values* RequestContext::find(std::string_view key) const {
  for (const Entry& entry : entries_) {
    if (entry.prefix.size() + entry.name.size() != key.size()) continue;
    if (!is_same_text(entry.name, key.substr(entry.prefix.size()))) continue;
    if (is_same_text(entry.prefix, key.substr(0, entry.prefix.size()))) return &entry.values;
  }
  return nullptr;
}

std::optional<std::string_view> RequestContext::single(std::string_view key, std::string& scratch) const {
  const Values* const values = find(key);
  if (values == nullptr || !values->is_single()) return std::nullopt;
  return values->at(0, scratch);
}

void add_principal_keys(const RequestPrincipal& principal, RequestContext& context) {
  const auto add = [&context](std::string_view key, std::string_view value) {
    if (!value.empty() && context.find(key) == nullptr) context.add(key, value);
  };
  if (principal.has_account()) {
    const bool is_session = principal.kind == PrincipalKind::kRoleSession;
    add("aws:PrincipalArn", is_session ? principal.role_arn : principal.arn);
    add("aws:PrincipalAccount", principal.account);
    add("aws:userid", principal.user_id);
  }
  add("aws:PrincipalType", type_of(principal.kind));
  if (principal.kind == PrincipalKind::kUser) {
    add("aws:username", principal.arn.substr(principal.arn.rfind('/') + 1));
  }
}

}  // namespace coffer::policy
