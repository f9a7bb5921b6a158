#include "access/explained_denials.h"

#include "access/explainer.h"

namespace coffer::access {

void ExplainedDenials::note(const api::AccessQuestion& question, const policy::AccessRequest& request,
                            const policy::PolicySet& policies, const Error& refusal) const {
  if (explanations_.wants(question.caller.account, question.now)) {
    return explanations_.add(question.request_id, explain(question, request, policies, refusal.message));
  }
  explanations_.log({.decision_id = std::string(question.request_id),
                     .caller = question.caller.arn,
                     .action = std::string(question.action),
                     .resource = question.resource.name,
                     .message = refusal.message});
}

}  // namespace coffer::access
