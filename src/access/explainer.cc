#include "access/explainer.h"

#include <algorithm>

#include "policy/access_denied.h"
#include "policy/explanation.h"

namespace coffer::access {
namespace {

using policy::Party;
using policy::Verdict;

// What the policies that are missing would have to say.
class Adviser {
 public:
  Adviser(const api::AccessQuestion& question, const policy::AccessRequest& request, const policy::Trace& trace)
      : question_(question), request_(request), trace_(trace) {}

  std::vector<Advice> advise(const policy::Decision& decision, policy::ResourceRule rule) {
    if (decision.basis == policy::Basis::kNotAcrossAccounts) return {};
    // While something denies, nothing that is added helps.
    if (deny()) return std::move(advice_);
    for (const policy::PartyTrace& party : trace_.parties) {
      const bool is_control = party.party == Party::kServiceControl || party.party == Party::kResourceControl;
      if (is_control && party.verdict == Verdict::kSilent) add(party.party, party.level);
    }
    if (!is_same_account()) {
      if (!allows(Party::kResource)) add(Party::kResource);
      if (is_limited() && !allows(Party::kIdentity)) add(Party::kIdentity);
    } else if (rule != policy::ResourceRule::kOrdinary) {
      // One that names the caller needs no identity policy.
      if (!allows(Party::kResource))
        add(Party::kResource);
      else if (!allows(Party::kIdentity))
        add(Party::kIdentity);
    } else if (!allows(Party::kIdentity)) {
      add(Party::kIdentity);
    }
    for (const Party party : {Party::kBoundary, Party::kSession}) {
      if (is_limited() && is_silent(party)) add(party);
    }
    return std::move(advice_);
  }

 private:
  bool is_same_account() const { return request_.principal.account == request_.resource_account; }
  bool is_limited() const { return request_.principal.kind != policy::PrincipalKind::kAccountRoot; }

  bool allows(Party party) const { return has(party, Verdict::kAllows); }
  bool is_silent(Party party) const { return has(party, Verdict::kSilent); }
  bool has(Party party, Verdict verdict) const {
    return std::ranges::any_of(
        trace_.parties, [&](const policy::PartyTrace& one) { return one.party == party && one.verdict == verdict; });
  }

  bool deny() {
    for (const policy::PartyTrace& party : trace_.parties) {
      if (party.verdict != Verdict::kDenies) continue;
      const policy::AccountPolicies where = where_is(party.party);
      advice_.push_back({account_of(where), place(party.party) + ": its Deny must not cover this request", {}});
    }
    return !advice_.empty();
  }

  void add(Party party, uint32_t level = 0) {
    std::string where = place(party);
    if (party == Party::kServiceControl || party == Party::kResourceControl) {
      where.append(" of level ").append(std::to_string(level));
    }
    advice_.push_back({account_of(where_is(party)), std::move(where), statement(party)});
  }

  static policy::AccountPolicies where_is(Party party) { return policy::account_of(party); }
  AccountId account_of(policy::AccountPolicies side) const {
    return side == policy::AccountPolicies::kCaller ? question_.caller.account : question_.resource.account;
  }

  std::string_view caller_name() const {
    return request_.principal.role_arn.empty() ? request_.principal.arn : request_.principal.role_arn;
  }

  std::string place(Party party) const {
    const std::string caller(caller_name());
    switch (party) {
      case Party::kIdentity:
        return "an identity policy of " + caller;
      case Party::kBoundary:
        return "the permissions boundary of " + caller;
      case Party::kSession:
        return "the session policy with which " + std::string(request_.principal.arn) + " was made";
      case Party::kServiceControl:
        return "a service control policy";
      case Party::kResourceControl:
        return "a resource control policy";
      case Party::kResource:
        break;
    }
    switch (question_.resource.rule) {
      case policy::ResourceRule::kKeyPolicy:
        return "the key policy of " + question_.resource.name;
      case policy::ResourceRule::kTrustPolicy:
        return "the trust policy of " + question_.resource.name;
      case policy::ResourceRule::kOrdinary:
        return "the resource policy of " + question_.resource.name;
    }
    std::abort();
  }

  // ARNs and actions hold nothing that JSON would have to escape; what does (a name as it was given) is left general.
  std::string statement(Party party) const {
    const auto quoted = [](std::string_view text) { return "\"" + std::string(text) + "\""; };
    std::string text = R"({"Effect": "Allow")";
    const bool is_resource = party == Party::kResource;
    if (is_resource) text += R"(, "Principal": {"AWS": )" + quoted(caller_name()) + "}";
    text += R"(, "Action": )" + quoted(question_.action);
    const bool is_arn = request_.resource.starts_with("arn:") && request_.resource.find_first_of("\"\\") == text.npos;
    if (!is_resource) {
      text += R"(, "Resource": )" + quoted(is_arn ? request_.resource : "*");
    } else if (question_.resource.rule != policy::ResourceRule::kTrustPolicy) {
      text += R"(, "Resource": "*")";
    }
    std::string scratch;
    if (const auto via = request_.context.single("kms:ViaService", scratch)) {
      text += R"(, "Condition": {"StringEquals": {"kms:ViaService": )" + quoted(*via) + "}}";
    }
    return text + "}";
  }

  const api::AccessQuestion& question_;
  const policy::AccessRequest& request_;
  const policy::Trace& trace_;
  std::vector<Advice> advice_;
};

}  // namespace

Explanation explain(const api::AccessQuestion& question, const policy::AccessRequest& request,
                    const policy::PolicySet& policies, std::string message) {
  policy::Trace trace;
  const policy::Decision decision = policy::evaluate(request, policies, &trace);
  const bool is_same_account = question.caller.account == question.resource.account;
  using policy::AccountPolicies;
  Explanation explanation{.decision_id = {},
                          .time = question.now,
                          .caller = question.caller.arn,
                          .caller_account = question.caller.account,
                          .action = std::string(question.action),
                          .resource = question.resource.name,
                          .resource_account = question.resource.account,
                          .message = std::move(message),
                          .caller_reasons = policy::explain(
                              decision, trace, is_same_account ? AccountPolicies::kBoth : AccountPolicies::kCaller),
                          .resource_reasons = {},
                          .advice = Adviser(question, request, trace).advise(decision, policies.resource_rule)};
  if (!is_same_account) explanation.resource_reasons = policy::explain(decision, trace, AccountPolicies::kResource);
  return explanation;
}

}  // namespace coffer::access
