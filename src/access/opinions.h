// Who has a say in a denied request, and what each said: the chain that an operator looks at first. Pure.
#pragma once

#include <string>
#include <vector>

#include "access/denial.h"
#include "access/explanation.h"

namespace coffer::access {

// The policies of one party, as an operator knows them: "key policy", "service control policies, level 0".
std::string policies_of(const Denial& denial, policy::Party party, uint32_t level);

// `ReadSecrets statement "ReadOne"`, as the account of the policy knows it.
std::string statement_name(policy::Party party, const policy::StatementRef& statement);

// The step that was denied, and before it the one that was allowed, of which it is a part: that a secret may be read
// comes before whether its key may be used for it. Nothing is in the way yet.
std::vector<Step> steps_of(const Denial& denial);

// Who gave an opinion of the step that was denied, in the order of its opinions.
std::vector<const policy::PartyTrace*> voices_of(const Denial& denial);

}  // namespace coffer::access
