#include "services/coffer/common_decision.h"

#include <cstdlib>
#include <utility>

namespace coffer::coffer_service {
namespace {

std::string_view name_of(policy::Verdict verdict) {
  switch (verdict) {
    case policy::Verdict::kAllows:
      return "Allows";
    case policy::Verdict::kDenies:
      return "Denies";
    case policy::Verdict::kSilent:
      return "Silent";
  }
  std::abort();
}

std::optional<std::string> given(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

}  // namespace

Decision decision_for(const AccountId& account, const access::Explanation& explanation) {
  access::Told told = access::told_to(account, explanation);
  Decision decision{.decision_id = explanation.decision_id,
                    .time = explanation.time,
                    .caller = explanation.caller,
                    .caller_account = explanation.caller_account,
                    .action = explanation.action,
                    .resource = explanation.resource,
                    .resource_account = explanation.resource_account,
                    .message = explanation.message,
                    .steps = {},
                    .reasons = std::move(told.remarks.reasons),
                    .changes = {},
                    .notes = std::move(told.remarks.notes)};
  for (access::Step& from : told.steps) {
    Step& step = decision.steps.emplace_back(
        Step{.action = std::move(from.action), .resource = std::move(from.resource), .opinions = {}});
    for (access::Opinion& opinion : from.opinions) {
      step.opinions.push_back({.policies = std::move(opinion.policies),
                               .account = opinion.account,
                               .verdict = name_of(opinion.verdict),
                               .remark = given(std::move(opinion.remark)),
                               .is_in_the_way = opinion.is_in_the_way,
                               .statements = std::move(opinion.statements)});
    }
  }
  for (access::Change& change : told.changes) {
    decision.changes.push_back({.account = change.account,
                                .where = std::move(change.where),
                                .what = std::move(change.what),
                                .details = std::move(change.details),
                                .statement = given(std::move(change.statement))});
  }
  return decision;
}

}  // namespace coffer::coffer_service
