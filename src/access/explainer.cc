#include "access/explainer.h"

#include <algorithm>

#include "access/adviser.h"
#include "access/circumstances.h"
#include "access/denial.h"
#include "access/opinions.h"

namespace coffer::access {
namespace {

using policy::AccountPolicies;

// What decided, more than what any policy says.
constexpr std::string_view kDefaultKeyReason = "the secret's key is a default key, which cannot be shared";

// Of the step that was denied: whoever would have to say something else.
void mark_what_is_in_the_way(const Denial& denial, const std::vector<Amended>& amended, Step& step) {
  const auto voices = voices_of(denial);
  for (size_t i = 0; i < voices.size(); ++i) {
    const Amended voice{voices[i]->party, voices[i]->level};
    step.opinions[i].is_in_the_way = std::ranges::find(amended, voice) != amended.end();
  }
  // One that limits a session and that does not exist was not asked.
  for (const Amended& one : amended) {
    const bool was_asked = std::ranges::any_of(voices, [&](const policy::PartyTrace* voice) {
      return one == Amended{voice->party, voice->level};
    });
    if (was_asked) continue;
    step.opinions.push_back({.policies = policies_of(denial, one.party, one.level),
                             .account = denial.account_of(one.party),
                             .verdict = policy::Verdict::kSilent,
                             .remark = {},
                             .is_in_the_way = true,
                             .statements = {"there is none"}});
  }
}

}  // namespace

Explanation explain(const api::AccessQuestion& question, const policy::AccessRequest& request,
                    const policy::PolicySet& policies, std::string message) {
  Denial denial{.question = question, .request = request, .policies = policies, .decision = {}, .trace = {}};
  denial.decision = policy::evaluate(request, policies, &denial.trace);
  Advice advice = advise(denial);
  Notes notes = notes_of(denial);
  Explanation explanation{.decision_id = {},
                          .time = question.now,
                          .caller = question.caller.arn,
                          .caller_account = question.caller.account,
                          .action = std::string(question.action),
                          .resource = question.resource.name,
                          .resource_account = question.resource.account,
                          .message = std::move(message),
                          .steps = steps_of(denial),
                          .changes = std::move(advice.changes),
                          .for_caller = {.reasons = {}, .notes = std::move(notes.for_caller)},
                          .for_resource = {.reasons = {}, .notes = std::move(notes.for_resource)}};
  mark_what_is_in_the_way(denial, advice.amended, explanation.steps.back());
  const auto reasons = [&denial](AccountPolicies readable) {
    std::vector<std::string> all = policy::explain(denial.decision, denial.trace, readable);
    if (is_foreign_default_key(denial)) all.insert(all.begin(), std::string(kDefaultKeyReason));
    return all;
  };
  if (denial.is_same_account()) {
    explanation.for_caller.reasons = reasons(AccountPolicies::kBoth);
  } else {
    explanation.for_caller.reasons = reasons(AccountPolicies::kCaller);
    explanation.for_resource.reasons = reasons(AccountPolicies::kResource);
  }
  return explanation;
}

}  // namespace coffer::access
