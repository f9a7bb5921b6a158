#include "policy/authorizer.h"

#include <string>

namespace coffer::policy {

Result<void> authorize(const Question& question) {
  const bool same_account = question.principal.account == question.resource_account;
  if (question.principal.is_root && same_account) return {};
  std::string message;
  message.append("User: ").append(question.principal.arn);
  message.append(" is not authorized to perform: ").append(question.action);
  if (question.resource != "*") message.append(" on resource: ").append(question.resource);
  message.append(" because no ").append(same_account ? "identity" : "resource").append("-based policy allows the ");
  message.append(question.action).append(" action");
  return Error{ErrorCode::kAccessDenied, std::move(message)};
}

}  // namespace coffer::policy
