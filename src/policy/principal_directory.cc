#include "policy/principal_directory.h"

namespace coffer::policy {
namespace {

bool is_asked_about(PrincipalName::Kind kind) {
  switch (kind) {
    case PrincipalName::Kind::kAccount:
    case PrincipalName::Kind::kUser:
    case PrincipalName::Kind::kRole:
    case PrincipalName::Kind::kRoleSession:
    case PrincipalName::Kind::kFederatedUser:
    case PrincipalName::Kind::kUniqueId:
      return true;
    case PrincipalName::Kind::kEveryone:
    case PrincipalName::Kind::kService:
    case PrincipalName::Kind::kFederatedProvider:
      return false;
  }
  std::abort();
}

}  // namespace

Result<void> check_principals(const Document& document, const PrincipalDirectory& directory) {
  for (const Statement& statement : document.statements) {
    if (!statement.principals) continue;
    for (const PrincipalName& name : statement.principals->items) {
      if (!is_asked_about(name.kind)) continue;
      COFFER_ASSIGN(const bool exists, directory.exists(name));
      if (!exists) return refusal(FaultKind::kUnsupportedPrincipal);
    }
  }
  return {};
}

}  // namespace coffer::policy
