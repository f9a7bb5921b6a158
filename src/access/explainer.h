// Turns a denial into what an operator needs: what each party said, and the smallest change that would let the request
// through, in which account. Pure.
#pragma once

#include <string>

#include "access/explanation_store.h"
#include "api/access.h"
#include "policy/evaluator.h"

namespace coffer::access {

// `message`: what the caller is told. The decision is made again, with a trace.
// REQUIRES: evaluate(request, policies) does not allow.
Explanation explain(const api::AccessQuestion& question, const policy::AccessRequest& request,
                    const policy::PolicySet& policies, std::string message);

}  // namespace coffer::access
