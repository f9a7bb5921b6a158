// A denied request with everything that it was decided from, for the files that explain it. Views; inside of this room
// only.
#pragma once

#include <string_view>

#include "api/access.h"
#include "policy/evaluator.h"
#include "policy/explanation.h"

namespace coffer::access {

struct Denial {
  const api::AccessQuestion& question;
  const policy::AccessRequest& request;
  const policy::PolicySet& policies;
  policy::Decision decision;
  policy::Trace trace;

  bool is_same_account() const { return question.caller.account == question.resource.account; }
  policy::ResourceRule rule() const { return policies.resource_rule; }

  const AccountId& account_of(policy::Party party) const {
    const bool is_caller = policy::account_of(party) == policy::AccountPolicies::kCaller;
    return is_caller ? question.caller.account : question.resource.account;
  }

  // Whom a statement of a resource's policy would name: the role of a session, otherwise the caller.
  std::string_view principal() const {
    return request.principal.role_arn.empty() ? request.principal.arn : request.principal.role_arn;
  }
  // Whose identity policies are asked: of a federated user, the user's who asked for the session.
  std::string_view identity() const {
    return request.principal.parent_arn.empty() ? principal() : request.principal.parent_arn;
  }
};

}  // namespace coffer::access
