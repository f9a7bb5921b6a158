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

  // What kind of policy the resource's is. A KMS key that is not there has none, and is decided on like anything else;
  // told apart from one that is there, it would tell others of its absence.
  policy::ResourceRule rule() const { return names_key() ? policy::ResourceRule::kKeyPolicy : policies.resource_rule; }

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

 private:
  // By its ARN or by an alias; what is done to an alias itself is not done to a key.
  bool names_key() const {
    if (!question.action.starts_with("kms:")) return false;
    const std::string_view name = question.resource.name;
    const bool is_alias = name.find(":alias/") != name.npos && !question.action.ends_with("Alias");
    return is_alias || name.find(":key/") != name.npos;
  }
};

}  // namespace coffer::access
