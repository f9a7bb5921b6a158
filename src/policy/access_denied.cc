#include "policy/access_denied.h"

#include <cstdlib>
#include <string>

namespace coffer::policy {
namespace {

bool may_know_why(const AccessRequest& request, const PolicySet& policies) {
  const RequestPrincipal& caller = request.principal;
  if (policies.resource_rule == ResourceRule::kTrustPolicy || !caller.has_account()) return false;
  if (caller.account == request.resource_account) return true;
  return !caller.organization.empty() && caller.organization == request.resource_organization;
}

std::string why(const AccessRequest& request, const Decision& decision) {
  const std::string policy(name_of(decision.party));
  if (decision.outcome == Outcome::kImplicitlyDenied) {
    return " because no " + policy + " allows the " + std::string(request.action) + " action";
  }
  const std::string article = decision.party == Party::kIdentity ? "an " : "a ";
  const std::string& arn = decision.statement.policy->source().arn;
  const bool names_policy = decision.party != Party::kResource && !arn.empty();
  return " with an explicit deny in " + article + policy + (names_policy ? ": " + arn : "");
}

}  // namespace

std::string_view name_of(Party party) {
  switch (party) {
    case Party::kResourceControl:
      return "resource control policy";
    case Party::kServiceControl:
      return "service control policy";
    case Party::kResource:
      return "resource-based policy";
    case Party::kIdentity:
      return "identity-based policy";
    case Party::kBoundary:
      return "permissions boundary";
    case Party::kSession:
      return "session policy";
  }
  std::abort();
}

Error access_denied(const AccessRequest& request, const PolicySet& policies, const Decision& decision) {
  if (request.principal.kind == PrincipalKind::kProvider) {
    return {ErrorCode::kAccessDenied, "Not authorized to perform " + std::string(request.action)};
  }
  std::string text = "User: ";
  text += request.principal.kind == PrincipalKind::kAnonymous ? "anonymous" : request.principal.arn;
  text.append(" is not authorized to perform: ").append(request.action);
  if (request.resource != "*") text.append(" on resource: ").append(request.resource);
  if (may_know_why(request, policies)) text += why(request, decision);
  return {ErrorCode::kAccessDenied, std::move(text)};
}

}  // namespace coffer::policy
