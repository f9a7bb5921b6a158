#include "policy/explanation.h"

#include <cstdlib>
#include <string_view>

#include "policy/access_denied.h"

namespace coffer::policy {
namespace {

const Statement& written(const StatementRef& ref) {
  return ref.policy->document().statements[ref.statement];
}

std::string name_of(Party party, uint32_t level) {
  std::string name(policy::name_of(party));
  if (party == Party::kServiceControl || party == Party::kResourceControl) {
    name.append(" of level ").append(std::to_string(level));
  }
  return name;
}

std::string_view name_of(Naming naming) {
  switch (naming) {
    case Naming::kAccount:
      return "the caller's account";
    case Naming::kRole:
      return "the caller's role";
    case Naming::kCaller:
    case Naming::kNone:
      return "the caller";
  }
  std::abort();
}

bool may_read(AccountPolicies readable, Party party) {
  return readable == AccountPolicies::kBoth || readable == account_of(party);
}

std::string what_decided(const Decision& decision, AccountPolicies readable) {
  if (decision.basis == Basis::kStatement && !may_read(readable, decision.party)) {
    return name_of(decision.party, decision.level) + " of the other account " +
           (decision.allowed() ? "allows the action" : "denies the action explicitly");
  }
  switch (decision.basis) {
    case Basis::kRoot:
      return "the root user may do everything in its account";
    case Basis::kGrant:
      return "a grant on the key allows the action";
    case Basis::kNoPermissionNeeded:
      return "the action needs no permission";
    case Basis::kNotAcrossAccounts:
      return "KMS does not offer the action to other accounts";
    case Basis::kNoStatement:
      return "no " + name_of(decision.party, decision.level) + " allows the action";
    case Basis::kStatement:
      return name_of(decision.party, decision.level) + ": " + name_of(decision.statement) +
             (decision.allowed() ? " allows the action" : " denies the action explicitly");
  }
  std::abort();
}

std::string verdict_of(const PartyTrace& party) {
  const std::string name = name_of(party.party, party.level);
  switch (party.verdict) {
    case Verdict::kAllows: {
      Naming naming = Naming::kNone;
      for (const StatementTrace& one : party.statements) {
        if (one.applies()) naming = std::max(naming, one.naming);
      }
      return name + " allows the action" +
             (party.party == Party::kResource ? " to " + std::string(name_of(naming)) : "");
    }
    case Verdict::kDenies:
      return name + " denies the action";
    case Verdict::kSilent:
      return name + " does not allow the action";
  }
  std::abort();
}

std::string failure_of(const PartyTrace& party, const StatementTrace& one) {
  return name_of(party.party, party.level) + ": " + name_of(one.statement) + " does not apply: " + why_not(one);
}

}  // namespace

AccountPolicies account_of(Party party) {
  const bool is_resource = party == Party::kResource || party == Party::kResourceControl;
  return is_resource ? AccountPolicies::kResource : AccountPolicies::kCaller;
}

std::vector<std::string> explain(const Decision& decision, const Trace& trace, AccountPolicies readable) {
  std::vector<std::string> reasons = {what_decided(decision, readable)};
  const auto add = [&reasons](std::string reason) {
    if (reasons.size() < kMaxReasons) reasons.push_back(std::move(reason));
  };
  if (decision.delegation && may_read(readable, Party::kResource)) {
    add(name_of(Party::kResource, 0) + ": " + name_of(decision.delegation) + " lets the caller's account decide");
  }
  if (decision.allowed()) return reasons;
  for (const PartyTrace& party : trace.parties)
    add(verdict_of(party));
  for (const PartyTrace& party : trace.parties) {
    if (!may_read(readable, party.party)) continue;
    for (const StatementTrace& one : party.statements) {
      const bool is_deny = written(one.statement).effect == Effect::kDeny;
      if (one.applies() && is_deny && one.statement != decision.statement) {
        add(name_of(party.party, party.level) + ": " + name_of(one.statement) + " denies the action explicitly");
      } else if (one.covers_action && !one.applies() && !is_deny) {
        add(failure_of(party, one));
      }
    }
  }
  return reasons;
}

std::string statement_name(const StatementRef& statement) {
  const std::string& sid = written(statement).sid;
  return "statement " + (sid.empty() ? std::to_string(statement.statement) : "\"" + sid + "\"");
}

std::string name_of(const StatementRef& statement) {
  const PolicySource& source = statement.policy->source();
  return (source.name.empty() ? source.arn : source.name) + " " + statement_name(statement);
}

std::string why_not(const StatementTrace& one) {
  const Statement& statement = written(one.statement);
  std::string text;
  const auto add = [&text](std::string_view what) { text.append(text.empty() ? "" : ", ").append(what); };
  if (one.naming == Naming::kNone) {
    const bool is_listed = statement.principals && statement.principals->selects == Selects::kListed;
    add(is_listed ? "Principal does not name the caller" : "NotPrincipal spares the caller");
  }
  if (!one.covers_resource) {
    const bool is_listed = statement.resources && statement.resources->selects == Selects::kListed;
    add(!statement.resources ? "it has no Resource"
        : is_listed          ? "Resource does not match"
                             : "NotResource excludes the resource");
  }
  for (const uint32_t number : one.failed_conditions) {
    const Condition& condition = statement.conditions[number];
    add("Condition " + condition.op.text() + " " + condition.key + " does not hold");
  }
  return text;
}

}  // namespace coffer::policy
