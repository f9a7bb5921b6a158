#include "access/opinions.h"

#include <algorithm>
#include <cstdlib>

#include "base/arn.h"

namespace coffer::access {
namespace {

using policy::Party;
using policy::Verdict;

constexpr size_t kMaxStatements = 20;

const policy::Statement& written(const policy::StatementRef& ref) {
  return ref.policy->document().statements[ref.statement];
}

// The statements that say what the party says. Of one that says nothing, those for the action that would have allowed.
std::vector<std::string> statements_of(const policy::PartyTrace& party) {
  std::vector<std::string> names;
  size_t left_out = 0;
  const auto wanted = party.verdict == Verdict::kDenies ? policy::Effect::kDeny : policy::Effect::kAllow;
  for (const policy::StatementTrace& one : party.statements) {
    const bool is_reason = party.verdict == Verdict::kSilent ? one.covers_action && !one.applies() : one.applies();
    if (!is_reason || written(one.statement).effect != wanted) continue;
    if (names.size() == kMaxStatements) {
      ++left_out;
      continue;
    }
    std::string name = statement_name(party.party, one.statement);
    if (party.verdict == Verdict::kSilent) name += " does not apply: " + policy::why_not(one);
    names.push_back(std::move(name));
  }
  if (left_out != 0) names.push_back("and " + std::to_string(left_out) + " more");
  return names;
}

// By which name the policy of a resource allows it to the caller.
std::string_view to_whom(const policy::PartyTrace& party) {
  policy::Naming strongest = policy::Naming::kNone;
  for (const policy::StatementTrace& one : party.statements) {
    if (one.applies()) strongest = std::max(strongest, one.naming);
  }
  switch (strongest) {
    case policy::Naming::kNone:
      return "";
    case policy::Naming::kAccount:
      return "to the caller's account";
    case policy::Naming::kRole:
      return "to the caller's role";
    case policy::Naming::kCaller:
      return "to the caller";
  }
  std::abort();
}

Opinion opinion_of(const Denial& denial, const policy::PartyTrace& party) {
  Opinion opinion{.policies = policies_of(denial, party.party, party.level),
                  .account = denial.account_of(party.party),
                  .verdict = party.verdict,
                  .remark = {},
                  .statements = statements_of(party)};
  if (party.party == Party::kResource) {
    if (party.verdict == Verdict::kAllows) opinion.remark = to_whom(party);
    if (denial.policies.resource == nullptr) opinion.statements.emplace_back("there is none");
  }
  return opinion;
}

bool has_say(const Denial& denial, const policy::PartyTrace& party) {
  // Most things have no policy of their own, and inside of an account need none.
  const bool is_nobody = party.party == Party::kResource && denial.policies.resource == nullptr &&
                         denial.rule() == policy::ResourceRule::kOrdinary && denial.is_same_account();
  return !is_nobody;
}

bool has_party(const Denial& denial, Party party) {
  return std::ranges::find(denial.trace.parties, party, &policy::PartyTrace::party) != denial.trace.parties.end();
}

// The use of a key is asked for only after the use of the secret was allowed, so that what was said there follows from
// the rules of the decision: across accounts both sides must have allowed it.
Step step_before(const Denial& denial) {
  std::string scratch;
  const auto secret = denial.request.context.single("kms:EncryptionContext:SecretARN", scratch);
  Step step{.action = std::string(denial.question.on_behalf_of),
            .resource = std::string(secret.value_or("")),
            .opinions = {}};
  const auto arn = Arn::parse(step.resource);
  const auto owner = arn ? AccountId::parse(arn->account) : std::nullopt;
  if (!owner) return step;
  const AccountId& caller = denial.question.caller.account;
  const auto allows = [&step](std::string policies, const AccountId& account) {
    step.opinions.push_back({.policies = std::move(policies),
                             .account = account,
                             .verdict = Verdict::kAllows,
                             .remark = {},
                             .statements = {}});
  };
  if (*owner == caller) {
    allows("the account's policies", caller);
    return step;
  }
  allows("resource policy of the secret", *owner);
  for (const Party party : {Party::kIdentity, Party::kBoundary, Party::kSession}) {
    if (has_party(denial, party)) allows(policies_of(denial, party, 0), caller);
  }
  return step;
}

}  // namespace

std::string policies_of(const Denial& denial, Party party, uint32_t level) {
  switch (party) {
    case Party::kResourceControl:
      return "resource control policies, level " + std::to_string(level);
    case Party::kServiceControl:
      return "service control policies, level " + std::to_string(level);
    case Party::kIdentity:
      return "identity policies";
    case Party::kBoundary:
      return "permissions boundary";
    case Party::kSession:
      return "session policies";
    case Party::kResource:
      break;
  }
  switch (denial.rule()) {
    case policy::ResourceRule::kKeyPolicy:
      return "key policy";
    case policy::ResourceRule::kTrustPolicy:
      return "trust policy";
    case policy::ResourceRule::kOrdinary:
      return denial.question.action.starts_with("secretsmanager:") ? "resource policy of the secret"
                                                                   : "resource policy";
  }
  std::abort();
}

std::string statement_name(Party party, const policy::StatementRef& statement) {
  // There is but one policy of a resource, and it has no name of its own.
  return party == Party::kResource ? policy::statement_name(statement) : policy::name_of(statement);
}

std::vector<const policy::PartyTrace*> voices_of(const Denial& denial) {
  std::vector<const policy::PartyTrace*> voices;
  for (const policy::PartyTrace& party : denial.trace.parties) {
    if (has_say(denial, party)) voices.push_back(&party);
  }
  return voices;
}

std::vector<Step> steps_of(const Denial& denial) {
  std::vector<Step> steps;
  if (denial.question.via == api::Via::kSecretsManager) {
    Step before = step_before(denial);
    if (!before.opinions.empty()) steps.push_back(std::move(before));
  }
  Step& denied = steps.emplace_back(
      Step{.action = std::string(denial.question.action), .resource = denial.question.resource.name, .opinions = {}});
  for (const policy::PartyTrace* const voice : voices_of(denial))
    denied.opinions.push_back(opinion_of(denial, *voice));
  return steps;
}

}  // namespace coffer::access
