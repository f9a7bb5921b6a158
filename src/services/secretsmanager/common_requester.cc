#include "services/secretsmanager/common_requester.h"

#include <cstdlib>
#include <memory>

namespace coffer::secretsmanager {
namespace {

auth::PrincipalKind kind_of(secrets::Requester::Kind kind) {
  switch (kind) {
    case secrets::Requester::Kind::kRoot:
      return auth::PrincipalKind::kRoot;
    case secrets::Requester::Kind::kUser:
      return auth::PrincipalKind::kUser;
    case secrets::Requester::Kind::kRoleSession:
      return auth::PrincipalKind::kRoleSession;
  }
  std::abort();
}

}  // namespace

Result<void> check_can_copy(const secrets::Requester& requester) {
  if (!requester.is_limited) return {};
  return Error{ErrorCode::kAccessDenied,
               requester.arn +
                   " uses credentials whose session has policies, a source identity, an identity provider or a second "
                   "factor, which can't be used to replicate the secret later. Name a ReplicationRoleARN in "
                   "AssociateCrossAccountReplica."};
}

Result<auth::Caller> caller_of(const secrets::Requester& requester) {
  COFFER_TRY(check_can_copy(requester));
  // The account is in the ARN: whoever changes a secret need not be of the secret's account.
  const size_t place = requester.arn.find("::");
  const auto account = place == requester.arn.npos
                           ? std::nullopt
                           : AccountId::parse(std::string_view(requester.arn).substr(place + 2, 12));
  if (!account) return Error{ErrorCode::kCorrupt, "the requester of a replication is damaged"};
  auth::Caller caller{.account = *account,
                      .kind = kind_of(requester.kind),
                      .arn = requester.arn,
                      .access_key = {},
                      .user_id = requester.user_id};
  if (requester.issued) {
    auto session = std::make_shared<auth::Session>();
    session->issued = *requester.issued;
    session->tags = requester.session_tags;
    caller.session = std::move(session);
  }
  return caller;
}

secrets::Requester requester_of(const auth::Caller& caller) {
  secrets::Requester requester{.kind = secrets::Requester::Kind::kUser,
                               .arn = caller.arn,
                               .user_id = caller.user_id,
                               .issued = std::nullopt,
                               .session_tags = {},
                               .is_limited = false};
  if (caller.kind == auth::PrincipalKind::kRoot) requester.kind = secrets::Requester::Kind::kRoot;
  if (caller.kind == auth::PrincipalKind::kRoleSession) requester.kind = secrets::Requester::Kind::kRoleSession;
  // A federated user is nothing without the policies of its session.
  requester.is_limited = caller.kind == auth::PrincipalKind::kFederatedUser;
  if (const auth::Session* const session = caller.session.get()) {
    requester.issued = session->issued;
    requester.session_tags = session->tags;
    // Nor would what is not kept of it be seen by policies that ask for it.
    const bool has_more = !session->source_identity.empty() || !session->federated_provider.empty() || session->mfa;
    requester.is_limited =
        requester.is_limited || session->policy != nullptr || !session->policy_arns.empty() || has_more;
  }
  return requester;
}

}  // namespace coffer::secretsmanager
