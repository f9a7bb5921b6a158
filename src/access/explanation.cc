#include "access/explanation.h"

namespace coffer::access {

Told told_to(const AccountId& account, const Explanation& explanation) {
  const bool is_caller = account == explanation.caller_account;
  Told told{.steps = explanation.steps,
            .changes = explanation.changes,
            .remarks = is_caller ? explanation.for_caller : explanation.for_resource};
  for (Step& step : told.steps) {
    for (Opinion& opinion : step.opinions) {
      if (opinion.account != account) opinion.statements.clear();
    }
  }
  for (Change& change : told.changes) {
    if (change.account != account) change.details.clear();
  }
  return told;
}

}  // namespace coffer::access
