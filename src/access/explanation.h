// Why a request was denied, as values: what everybody said who had a say, and what to change, in which account. Made by
// explainer.h, kept by explanation_store.h, shown by the service coffer.
// Two accounts may ask, the caller's and the resource's. Each sees what it may know: the statements of its own
// policies, and of the other's only what these say as a whole. Must never: hold a value of a request, but whom a
// statement that is to be added is for. It names policies, statements, elements and condition keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "policy/evaluator.h"

namespace coffer::access {

// What all policies of one kind say.
struct Opinion {
  std::string policies;  // "key policy", "identity policies", "service control policies, level 0"
  AccountId account;     // whose they are
  policy::Verdict verdict = policy::Verdict::kSilent;
  std::string remark;                   // "to the caller's account"; may be empty
  bool is_in_the_way = false;           // the request is denied as long as they say so
  std::vector<std::string> statements;  // that say so, or that come near to it and why not. For `account` alone
};

// One of the actions that a request takes, and who has a say in it.
struct Step {
  std::string action;
  std::string resource;
  std::vector<Opinion> opinions;
};

// Something to change. All changes of an explanation together let the request through.
struct Change {
  AccountId account;                 // in which
  std::string where;                 // "the key policy of arn:aws:kms:us-east-1:111111111111:key/..."
  std::string what;                  // "Add the statement"
  std::vector<std::string> details;  // the statements that `what` is about. For `account` alone
  std::string statement;             // JSON; empty when nothing is to be added
};

// What an account may know besides.
struct Remarks {
  std::vector<std::string> reasons;  // policy::explain()
  std::vector<std::string> notes;    // circumstances that policies do not tell; whole sentences
};

struct Explanation {
  std::string decision_id;  // the request's id; further denials of the same request have "-2", "-3" behind it
  Time time;
  std::string caller;
  AccountId caller_account;
  std::string action;
  std::string resource;
  AccountId resource_account;
  std::string message;      // of the refusal; KMS's own, where Secrets Manager tells its client less
  std::vector<Step> steps;  // the last one was denied
  std::vector<Change> changes;
  Remarks for_caller;    // who is both gets this one
  Remarks for_resource;  // empty inside of one account

  bool concerns(const AccountId& account) const { return account == caller_account || account == resource_account; }
};

// The parts of an explanation of which an account may not see everything, without what is not for it.
struct Told {
  std::vector<Step> steps;
  std::vector<Change> changes;
  Remarks remarks;
};
// REQUIRES: explanation.concerns(account).
Told told_to(const AccountId& account, const Explanation& explanation);

}  // namespace coffer::access
