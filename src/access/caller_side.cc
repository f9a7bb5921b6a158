#include "access/caller_side.h"

#include <cstdlib>

namespace coffer::access {
namespace {

policy::PrincipalKind kind_of(auth::PrincipalKind kind) {
  switch (kind) {
    case auth::PrincipalKind::kAnonymous:
      return policy::PrincipalKind::kAnonymous;
    case auth::PrincipalKind::kRoot:
      return policy::PrincipalKind::kAccountRoot;
    case auth::PrincipalKind::kUser:
      return policy::PrincipalKind::kUser;
    case auth::PrincipalKind::kRoleSession:
      return policy::PrincipalKind::kRoleSession;
    case auth::PrincipalKind::kFederatedUser:
      return policy::PrincipalKind::kFederatedUser;
  }
  std::abort();
}

const policy::CompiledPolicy& compile(std::string_view text) {
  auto document = policy::parse_document(text, policy::DocumentKind::kIdentityPolicy);
  if (!document.ok()) std::abort();
  return *new policy::CompiledPolicy(std::move(document).value(), {.name = "the root user's power", .arn = {}});
}

// A session that the root user federates has root's power, as far as the session's own policies let it.
policy::PolicyList power_of_root() {
  static const policy::CompiledPolicy* const kPolicies[] = {
      &compile(R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})")};
  return kPolicies;
}

// AWS refuses a session whose managed policy is gone by allowing it nothing.
const policy::CompiledPolicy* nothing() {
  static const policy::CompiledPolicy* const kPolicy = &compile(
      R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "none:None", "Resource": "*"}})");
  return kPolicy;
}

}  // namespace

policy::RequestPrincipal principal_of(const auth::Caller& caller) {
  policy::RequestPrincipal principal{
      .kind = kind_of(caller.kind), .arn = caller.arn, .account = caller.account.text(), .user_id = caller.user_id};
  if (caller.kind == auth::PrincipalKind::kFederatedUser && caller.session != nullptr) {
    principal.parent_arn = caller.session->parent_arn;
    principal.parent_id = caller.session->parent_id;
  }
  return principal;
}

CallerSide::CallerSide(const auth::Caller& caller, const iam::IdentitySnapshot& snapshot,
                       const organizations::OrganizationPlace& place)
    : caller_(caller), place_(place), principal_(principal_of(caller)) {
  principal_.organization = place.organization;
  const auth::Session* const session = caller.session.get();
  if (caller.kind == auth::PrincipalKind::kUser || caller.kind == auth::PrincipalKind::kRoleSession) {
    identity_ = snapshot.by_unique_id(caller.unique_id());
  } else if (caller.kind == auth::PrincipalKind::kFederatedUser && session != nullptr) {
    identity_ = snapshot.by_unique_id(session->parent_id);
    if (session->parent_id == caller.account.text()) policies_ = power_of_root();
  }
  if (identity_ != nullptr) {
    policies_ = identity_->policies;
    if (caller.kind == auth::PrincipalKind::kRoleSession) principal_.role_arn = identity_->arn;
  }
  if (session != nullptr) {
    if (session->policy != nullptr) session_.push_back(session->policy.get());
    for (const std::string& arn : session->policy_arns) {
      const policy::CompiledPolicy* const managed = snapshot.managed_policy(arn);
      session_.push_back(managed != nullptr ? managed : nothing());
    }
  }
  for (const organizations::PolicyPointers& level : place.service_control)
    service_control_.emplace_back(level);
}

policy::PolicySet CallerSide::with(policy::PolicySet rest) const {
  rest.identity = policies_;
  if (identity_ != nullptr) rest.boundary = identity_->boundary;
  rest.session = session_;
  rest.service_control = service_control_;
  return rest;
}

void CallerSide::add_keys(Time now, api::ConditionKeys& keys) const {
  const auth::Session* const session = caller_.session.get();
  if (session != nullptr) {
    // Before the tags of the role: a session's tag stands in for the role's of the same key.
    for (const auto& [key, value] : session->tags)
      keys.add_tag("aws:PrincipalTag/", key, value);
    keys.context().add_time("aws:TokenIssueTime", session->issued);
    keys.add_flag("aws:MultiFactorAuthPresent", session->mfa.has_value());
    if (session->mfa) {
      const auto age = std::chrono::floor<std::chrono::seconds>(now - *session->mfa);
      keys.add_number("aws:MultiFactorAuthAge", age.count());
    }
    if (!session->source_identity.empty()) keys.add("aws:SourceIdentity", session->source_identity);
    if (!session->federated_provider.empty()) keys.add("aws:FederatedProvider", session->federated_provider);
  }
  // Of a federated user: those of the user who asked for the session.
  if (identity_ != nullptr) {
    for (const auto& [key, value] : identity_->tags)
      keys.add_tag("aws:PrincipalTag/", key, value);
  }
  if (!place_.organization.empty()) {
    keys.add("aws:PrincipalOrgID", place_.organization);
    keys.add_list("aws:PrincipalOrgPaths", {place_.paths.begin(), place_.paths.end()});
  }
  policy::add_principal_keys(principal_, keys.context());
}

}  // namespace coffer::access
