#include "policy/principal_match.h"

#include <algorithm>
#include <cstdlib>

namespace coffer::policy {
namespace {

Naming when(bool is_meant, Naming naming) {
  return is_meant ? naming : Naming::kNone;
}

// "arn:aws:iam::111111111111:role/path/name".
bool is_role_of(const PrincipalName& role, const RequestPrincipal& session) {
  if (!session.role_arn.empty()) return role.text == session.role_arn;
  const std::string_view name = std::string_view(role.text).substr(role.text.rfind('/') + 1);
  return role.account.text() == session.account && name == session.role_name();
}

Naming naming_of_user(const PrincipalName& name, const RequestPrincipal& caller) {
  if (caller.kind == PrincipalKind::kUser) return when(name.text == caller.arn, Naming::kCaller);
  if (caller.kind == PrincipalKind::kFederatedUser) return when(name.text == caller.parent_arn, Naming::kRole);
  return Naming::kNone;
}

Naming naming_of_id(const PrincipalName& name, const RequestPrincipal& caller) {
  if (caller.kind == PrincipalKind::kUser) return when(name.text == caller.unique_id(), Naming::kCaller);
  if (caller.kind == PrincipalKind::kRoleSession) return when(name.text == caller.unique_id(), Naming::kRole);
  if (caller.kind == PrincipalKind::kFederatedUser) return when(name.text == caller.parent_id, Naming::kRole);
  return Naming::kNone;
}

bool is_spared_by_deny(const std::vector<PrincipalName>& names, const RequestPrincipal& caller) {
  const auto has = [&](Naming naming) {
    return std::ranges::any_of(names, [&](const PrincipalName& name) { return naming_of(name, caller) == naming; });
  };
  const bool has_everyone =
      std::ranges::any_of(names, [](const PrincipalName& name) { return name.kind == PrincipalName::Kind::kEveryone; });
  if (has_everyone) return true;
  switch (caller.kind) {
    case PrincipalKind::kAccountRoot:
      return has(Naming::kAccount);
    case PrincipalKind::kRoleSession:
      return has(Naming::kCaller) && has(Naming::kRole) && has(Naming::kAccount);
    case PrincipalKind::kUser:
    case PrincipalKind::kFederatedUser:
    case PrincipalKind::kAnonymous:
    case PrincipalKind::kService:
    case PrincipalKind::kProvider:
      return has(Naming::kCaller);
  }
  std::abort();
}

}  // namespace

Naming naming_of(const PrincipalName& name, const RequestPrincipal& caller) {
  using Kind = PrincipalName::Kind;
  switch (name.kind) {
    case Kind::kEveryone:
      return Naming::kCaller;
    case Kind::kAccount:
      return when(caller.has_account() && name.account.text() == caller.account, Naming::kAccount);
    case Kind::kUser:
      return naming_of_user(name, caller);
    case Kind::kRole:
      return when(caller.kind == PrincipalKind::kRoleSession && is_role_of(name, caller), Naming::kRole);
    case Kind::kRoleSession:
      return when(caller.kind == PrincipalKind::kRoleSession && name.text == caller.arn, Naming::kCaller);
    case Kind::kFederatedUser:
      return when(caller.kind == PrincipalKind::kFederatedUser && name.text == caller.arn, Naming::kCaller);
    case Kind::kUniqueId:
      return naming_of_id(name, caller);
    case Kind::kService:
      return when(caller.kind == PrincipalKind::kService && name.text == caller.arn, Naming::kCaller);
    case Kind::kFederatedProvider:
      return when(caller.kind == PrincipalKind::kProvider && name.text == caller.arn, Naming::kCaller);
  }
  std::abort();
}

Naming naming_by(const Selection<PrincipalName>& principals, Effect effect, const RequestPrincipal& caller,
                 bool has_boundary) {
  const auto strongest = [&] {
    Naming naming = Naming::kNone;
    for (const PrincipalName& name : principals.items) {
      naming = std::max(naming, naming_of(name, caller));
      if (naming == Naming::kCaller) break;
    }
    return naming;
  };
  if (principals.selects == Selects::kListed) return strongest();
  if (effect == Effect::kAllow) return when(strongest() == Naming::kNone, Naming::kCaller);
  return when(has_boundary || !is_spared_by_deny(principals.items, caller), Naming::kCaller);
}

}  // namespace coffer::policy
