#include "sts/role_session.h"

#include "sts/arns.h"

namespace coffer::sts {
namespace {

constexpr Duration kDefaultDuration = std::chrono::hours(1);
constexpr Duration kLongestChained = std::chrono::hours(1);

Error invalid(std::string message) {
  return Error{ErrorCode::kValidation, std::move(message)};
}

Result<Duration> duration_of(const RoleRequest& request, const iam::Identity& role, bool is_chained) {
  if (!request.duration_seconds) return kDefaultDuration;
  const Duration wanted = std::chrono::seconds(*request.duration_seconds);
  if (wanted > role.max_session_duration) {
    return invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  if (is_chained && wanted > kLongestChained) {
    return invalid(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
  }
  return wanted;
}

}  // namespace

Result<std::shared_ptr<const FoundRole>> find_role(std::string_view arn, const iam::IdentityCache& identities) {
  const auto name = parse_role_arn(arn);
  if (!name) return invalid(std::string(arn) + " is invalid");
  COFFER_ASSIGN(auto snapshot, identities.snapshot(name->account));
  const iam::Identity* const role = snapshot->role(name->name);
  if (role == nullptr || role->arn != arn) return std::shared_ptr<const FoundRole>();
  return std::make_shared<const FoundRole>(FoundRole{std::move(snapshot), role});
}

Result<void> check_may_assume(const auth::Caller& caller, std::string_view role_arn) {
  if (caller.kind == auth::PrincipalKind::kRoot) {
    return Error{ErrorCode::kAccessDenied, "Roles may not be assumed by root accounts."};
  }
  if (caller.kind != auth::PrincipalKind::kFederatedUser) return {};
  return refuse_user_session(caller, "sts:AssumeRole", role_arn);
}

Result<RoleSession> make_role_session(const FoundRole& role, const RoleRequest& request, const auth::Caller& caller) {
  const iam::Identity& identity = *role.role;
  const bool is_chained = caller.kind == auth::PrincipalKind::kRoleSession;
  Inheritance inheritance = inheritance_of(caller);
  COFFER_TRY(check_not_inherited(request.tags, inheritance));
  const bool is_set = !inheritance.source_identity.empty();
  if (is_set && !request.source_identity.empty() && request.source_identity != inheritance.source_identity) {
    return invalid("The source identity is already set for this assume role session");
  }
  COFFER_ASSIGN(const Duration duration, duration_of(request, identity, is_chained));
  COFFER_TRY(check_policies(request.policies, *role.snapshot));

  SessionContents contents{.account = role.snapshot->account(),
                           .kind = auth::PrincipalKind::kRoleSession,
                           .unique_id = identity.unique_id,
                           .name = request.session_name,
                           .secret_access_key = {},
                           .issued = {},
                           .expires = {},
                           .tags = request.tags,
                           .source_identity = is_set ? inheritance.source_identity : request.source_identity,
                           .federated_provider = request.federated_provider,
                           .policy = request.policies.policy,
                           .policy_arns = request.policies.arns,
                           .is_chained = is_chained};
  for (SessionTag& tag : inheritance.tags)
    contents.tags.push_back(std::move(tag));
  return RoleSession{std::move(contents), duration};
}

}  // namespace coffer::sts
