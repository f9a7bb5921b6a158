#include "policy/evaluator.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

namespace coffer::policy {
namespace {

// What else than these a key's policy opens to another account has no effect there. Small letters.
// Follows "Allowing users in other accounts to use a KMS key" (KMS developer guide).
constexpr std::string_view kKmsAcrossAccounts[] = {
    "kms:creategrant",
    "kms:decrypt",
    "kms:derivesharedsecret",
    "kms:describekey",
    "kms:encrypt",
    "kms:generatedatakey",
    "kms:generatedatakeypair",
    "kms:generatedatakeypairwithoutplaintext",
    "kms:generatedatakeywithoutplaintext",
    "kms:generatemac",
    "kms:getkeyrotationstatus",
    "kms:getpublickey",
    "kms:listgrants",
    "kms:reencryptfrom",
    "kms:reencryptto",
    "kms:retiregrant",
    "kms:revokegrant",
    "kms:sign",
    "kms:verify",
    "kms:verifymac",
};

class Evaluation {
 public:
  Evaluation(const AccessRequest& request, const PolicySet& policies, Trace* trace)
      : request_(request),
        policies_(policies),
        trace_(trace),
        action_(request.action),
        resource_(split_arn(request.resource)),
        same_account_(request.principal.has_account() && !request.principal.account.empty() &&
                      request.principal.account == request.resource_account) {}

  Decision decide() {
    if (needs_no_permission()) return allowed(Basis::kNoPermissionNeeded);
    ask_everybody();
    if (denial_) return *denial_;
    if (gap_) return *gap_;
    if (!request_.principal.has_account()) {
      return by_resource_ ? allowed(Party::kResource, by_resource_.strongest()) : nobody_in(Party::kResource);
    }
    return same_account_ ? inside_of_an_account() : across_accounts();
  }

 private:
  // What the policies of a party say: the first statement that denies, and the first that allows by each naming.
  struct Answer {
    StatementRef deny;
    std::array<StatementRef, 4> allow;

    const StatementRef& by(Naming naming) const { return allow[static_cast<size_t>(naming)]; }
    StatementRef& by(Naming naming) { return allow[static_cast<size_t>(naming)]; }
    const StatementRef& strongest() const {
      const auto found = std::find_if(allow.rbegin(), allow.rend(), [](const StatementRef& one) { return !!one; });
      return found == allow.rend() ? allow.front() : *found;
    }
    explicit operator bool() const { return !!strongest(); }
  };

  bool needs_no_permission() const {
    return request_.principal.has_account() &&
           (action_.text() == "sts:getcalleridentity" || action_.text() == "sts:getsessiontoken");
  }

  // A Deny of any party is final; without a trace nobody is asked behind it.
  void ask_everybody() {
    const bool has_account = request_.principal.has_account();
    ask_levels(Party::kResourceControl, policies_.resource_control);
    if (has_account) ask_levels(Party::kServiceControl, policies_.service_control);
    const bool has_policy = policies_.resource != nullptr;
    by_resource_ = ask(Party::kResource, has_policy ? PolicyList{&policies_.resource, 1} : PolicyList{});
    if (!has_account || request_.principal.kind == PrincipalKind::kAccountRoot) return;
    by_identity_ = ask(Party::kIdentity, policies_.identity);
    by_boundary_ = ask(Party::kBoundary, policies_.boundary);
    by_session_ = ask(Party::kSession, policies_.session);
  }

  // Each level must allow.
  void ask_levels(Party party, std::span<const PolicyList> levels) {
    for (uint32_t level = 0; level < levels.size(); ++level) {
      if (!ask(party, levels[level], level) && !gap_) gap_ = nobody_in(party, level);
    }
  }

  Answer ask(Party party, PolicyList policies, uint32_t level = 0) {
    Answer answer;
    if (trace_ != nullptr) {
      const bool may_be_absent = party == Party::kBoundary || party == Party::kSession;
      if (!policies.empty() || !may_be_absent) ask_and_trace(party, policies, level, answer);
    } else {
      for (size_t i = 0; i < policies.size() && !denial_ && !answer.deny; ++i) {
        policies[i]->statements_for(action_).for_each([&](size_t number) {
          consider(party, {policies[i], static_cast<uint32_t>(number)}, answer);
          return !answer.deny;
        });
      }
    }
    if (answer.deny && !denial_) {
      denial_ = Decision{Outcome::kExplicitlyDenied, Basis::kStatement, party, level, answer.deny, {}};
    }
    return answer;
  }

  // For a statement that covers the action. What could not change the answer is not looked at.
  void consider(Party party, const StatementRef& ref, Answer& answer) const {
    const bool is_allow = written(ref).effect == Effect::kAllow;
    if (is_allow && answer.by(Naming::kCaller)) return;
    const Naming naming = naming_in(party, written(ref));
    if (naming == Naming::kNone || (is_allow && answer.by(naming))) return;
    if (!covers_resource(party, ref) || !compiled(ref).conditions_hold(request_.context)) return;
    (is_allow ? answer.by(naming) : answer.deny) = ref;
  }

  void ask_and_trace(Party party, PolicyList policies, uint32_t level, Answer& answer) {
    PartyTrace& seen = trace_->parties.emplace_back(PartyTrace{party, level, Verdict::kSilent, {}});
    for (const CompiledPolicy* const policy : policies) {
      for (uint32_t number = 0; number < policy->document().statements.size(); ++number) {
        const StatementTrace& one = seen.statements.emplace_back(examine(party, {policy, number}));
        const bool is_allow = written(one.statement).effect == Effect::kAllow;
        StatementRef& first = is_allow ? answer.by(one.naming) : answer.deny;
        if (one.applies() && !first) first = one.statement;
      }
    }
    if (answer.deny) {
      seen.verdict = Verdict::kDenies;
    } else if (answer) {
      seen.verdict = Verdict::kAllows;
    }
  }

  StatementTrace examine(Party party, const StatementRef& ref) const {
    StatementTrace seen{
        ref, naming_in(party, written(ref)), covers_action(written(ref)), covers_resource(party, ref), {}};
    const auto& conditions = compiled(ref).conditions();
    for (uint32_t number = 0; number < conditions.size(); ++number) {
      if (!conditions[number].holds(request_.context)) seen.failed_conditions.push_back(number);
    }
    return seen;
  }

  static const Statement& written(const StatementRef& ref) { return ref.policy->document().statements[ref.statement]; }
  static const CompiledStatement& compiled(const StatementRef& ref) { return ref.policy->statement(ref.statement); }

  Naming naming_in(Party party, const Statement& statement) const {
    if (party != Party::kResource && party != Party::kResourceControl) return Naming::kCaller;
    if (!statement.principals) return Naming::kNone;
    return naming_by(*statement.principals, statement.effect, request_.principal, !policies_.boundary.empty());
  }

  bool covers_action(const Statement& statement) const {
    const auto& actions = statement.actions;
    const bool is_listed = std::ranges::any_of(
        actions.items, [&](const ActionPattern& pattern) { return pattern.matches(request_.action); });
    return is_listed == (actions.selects == Selects::kListed);
  }

  bool covers_resource(Party party, const StatementRef& ref) const {
    const bool when_absent = party == Party::kResource && policies_.resource_rule == ResourceRule::kTrustPolicy;
    return compiled(ref).covers_resource(resource_, request_.context).value_or(when_absent);
  }

  Decision inside_of_an_account() const {
    const StatementRef& direct = by_resource_.by(Naming::kCaller);
    const bool is_root = request_.principal.kind == PrincipalKind::kAccountRoot;
    const bool is_ordinary = policies_.resource_rule == ResourceRule::kOrdinary;
    if (is_root && is_ordinary) return allowed(Basis::kRoot);
    if (direct) return allowed(Party::kResource, direct);
    if (granted() == GrantedTo::kCaller) return allowed(Basis::kGrant);
    const StatementRef& account = by_resource_.by(Naming::kAccount);
    const bool is_granted = granted() == GrantedTo::kAccount;
    if (is_root && account) return allowed(Party::kResource, account);
    if (is_root) return is_granted ? allowed(Basis::kGrant) : nobody_in(Party::kResource);
    if (const StatementRef& role = by_resource_.by(Naming::kRole)) {
      return limited(allowed(Party::kResource, role));
    }
    if (!is_ordinary && !account && !is_granted) return nobody_in(Party::kResource);
    const StatementRef& identity = by_identity_.strongest();
    if (!identity) return nobody_in(Party::kIdentity);
    return limited(allowed(Party::kIdentity, identity, is_ordinary ? StatementRef{} : account));
  }

  Decision across_accounts() const {
    const bool is_closed = policies_.resource_rule == ResourceRule::kKeyPolicy &&
                           std::ranges::find(kKmsAcrossAccounts, action_.text()) == std::end(kKmsAcrossAccounts);
    if (is_closed) return implicitly_denied(Basis::kNotAcrossAccounts, Party::kResource);
    if (granted() == GrantedTo::kCaller) return allowed(Basis::kGrant);
    const StatementRef& resource = by_resource_.strongest();
    if (!resource && granted() == GrantedTo::kNobody) return nobody_in(Party::kResource);
    if (request_.principal.kind == PrincipalKind::kAccountRoot) {
      return resource ? allowed(Party::kResource, resource) : allowed(Basis::kGrant);
    }
    const StatementRef& identity = by_identity_.strongest();
    if (!identity) return nobody_in(Party::kIdentity);
    return limited(allowed(Party::kIdentity, identity, resource));
  }

  // By the boundary and the session policies. A federated user has no permissions but those of its session policies.
  Decision limited(const Decision& decision) const {
    if (!policies_.boundary.empty() && !by_boundary_) return nobody_in(Party::kBoundary);
    const bool needs_session = request_.principal.kind == PrincipalKind::kFederatedUser || !policies_.session.empty();
    if (needs_session && !by_session_) return nobody_in(Party::kSession);
    return decision;
  }

  GrantedTo granted() const {
    return policies_.resource_rule == ResourceRule::kKeyPolicy ? policies_.granted : GrantedTo::kNobody;
  }

  static Decision allowed(Basis basis) { return {Outcome::kAllowed, basis, Party::kResource, 0, {}, {}}; }
  static Decision allowed(Party party, const StatementRef& statement, const StatementRef& delegation = {}) {
    return {Outcome::kAllowed, Basis::kStatement, party, 0, statement, delegation};
  }
  static Decision implicitly_denied(Basis basis, Party party, uint32_t level = 0) {
    return {Outcome::kImplicitlyDenied, basis, party, level, {}, {}};
  }
  static Decision nobody_in(Party party, uint32_t level = 0) {
    return implicitly_denied(Basis::kNoStatement, party, level);
  }

  const AccessRequest& request_;
  const PolicySet& policies_;
  Trace* const trace_;
  const ActionName action_;
  const ResourceFields resource_;
  const bool same_account_;
  Answer by_resource_, by_identity_, by_boundary_, by_session_;
  std::optional<Decision> denial_;
  std::optional<Decision> gap_;  // a level of control policies that does not allow
};

}  // namespace

Decision evaluate(const AccessRequest& request, const PolicySet& policies, Trace* trace) {
  return Evaluation(request, policies, trace).decide();
}

}  // namespace coffer::policy
