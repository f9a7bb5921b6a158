// Notes denials where operators look for them: explained as long as their account has not too many, and in the log.
// Thread-safe.
#pragma once

#include "access/explanation_store.h"
#include "api/access.h"

namespace coffer::access {

class ExplainedDenials final : public api::Denials {
 public:
  explicit ExplainedDenials(ExplanationStore& explanations) : explanations_(explanations) {}

  void note(const api::AccessQuestion& question, const policy::AccessRequest& request,
            const policy::PolicySet& policies, const Error& refusal) const override;

 private:
  ExplanationStore& explanations_;
};

}  // namespace coffer::access
