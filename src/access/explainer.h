// Turns a denial into what an operator needs: what everybody said who had a say, and the smallest change that would let
// the request through, in which account. Pure.
#pragma once

#include <string>

#include "access/explanation.h"
#include "api/access.h"
#include "policy/evaluator.h"

namespace coffer::access {

// `message`: the text of the refusal. The decision is made again, with a trace. Without a decision id: the store gives
// one. REQUIRES: evaluate(request, policies) does not allow.
Explanation explain(const api::AccessQuestion& question, const policy::AccessRequest& request,
                    const policy::PolicySet& policies, std::string message);

}  // namespace coffer::access
