#include "services/iam/common_simulation.h"

#include <set>

#include "base/arn.h"
#include "iam/policy_texts.h"
#include "policy/pattern.h"
#include "policy/principal_name.h"

namespace coffer::iam_service {
namespace {

Error invalid(std::string message) {
  return Error{ErrorCode::kInvalidInput, std::move(message)};
}

std::string_view name_of(policy::Outcome outcome) {
  switch (outcome) {
    case policy::Outcome::kAllowed:
      return "allowed";
    case policy::Outcome::kExplicitlyDenied:
      return "explicitDeny";
    case policy::Outcome::kImplicitlyDenied:
      return "implicitDeny";
  }
  std::abort();
}

// The keys of "${aws:username}" and "${aws:PrincipalTag/team, 'none'}"; "${*}" and its like are no keys.
void add_variables(std::string_view text, std::set<std::string>& keys) {
  for (size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    std::string_view key = text.substr(at + 2, text.find_first_of(",}", at) - at - 2);
    while (key.starts_with(' '))
      key.remove_prefix(1);
    while (key.ends_with(' '))
      key.remove_suffix(1);
    if (key.find(':') != std::string_view::npos) keys.emplace(key);
  }
}

void add_keys(const policy::CompiledPolicy& compiled, std::set<std::string>& keys) {
  for (const policy::Statement& statement : compiled.document().statements) {
    if (statement.resources) {
      for (const policy::ArnPattern& pattern : statement.resources->items)
        add_variables(pattern.text(), keys);
    }
    for (const policy::Condition& condition : statement.conditions) {
      keys.insert(condition.key);
      for (const std::string& value : condition.values)
        add_variables(value, keys);
    }
  }
}

}  // namespace

void PolicySimulation::add_identity(const iam::Identity& identity) {
  identity_ = &identity;
  policies_.insert(policies_.end(), identity.policies.begin(), identity.policies.end());
  boundary_ = identity.boundary;
}

Result<const policy::CompiledPolicy*> PolicySimulation::compile(std::string_view text, std::string name,
                                                                policy::DocumentKind kind) {
  auto document = kind == policy::DocumentKind::kIdentityPolicy ? iam::read_identity_policy(text)
                                                                : policy::parse_document(text, kind);
  if (!document.ok()) return invalid("Invalid policy " + name + ": " + document.error().message);
  return &compiled_.emplace_back(std::move(document).value(), policy::PolicySource{std::move(name), {}});
}

Result<void> PolicySimulation::add_group(const iam::IdentitySnapshot& snapshot, const iam::Group& group) {
  for (const iam::InlinePolicy& policy : group.inline_policies) {
    COFFER_ASSIGN(const auto* const compiled, compile(policy.text, policy.name, policy::DocumentKind::kIdentityPolicy));
    policies_.push_back(compiled);
  }
  for (const std::string& arn : group.attached_policies) {
    const policy::CompiledPolicy* const managed = snapshot.managed_policy(arn);
    if (managed != nullptr) policies_.push_back(managed);
  }
  return {};
}

Result<void> PolicySimulation::add_inputs(const std::optional<std::vector<std::string>>& texts) {
  if (!texts) return {};
  size_t number = 0;
  for (const std::string& text : *texts) {
    COFFER_ASSIGN(const auto* const compiled,
                  compile(text, "PolicyInputList." + std::to_string(++number), policy::DocumentKind::kIdentityPolicy));
    policies_.push_back(compiled);
  }
  return {};
}

Result<void> PolicySimulation::set_boundaries(const std::optional<std::vector<std::string>>& texts) {
  if (!texts) return {};
  boundary_.clear();
  if (texts->size() > 1) return invalid("There can be one permissions boundary.");
  for (const std::string& text : *texts) {
    COFFER_ASSIGN(const auto* const compiled,
                  compile(text, "PermissionsBoundaryPolicyInputList.1", policy::DocumentKind::kIdentityPolicy));
    boundary_.push_back(compiled);
  }
  return {};
}

// Who asks: CallerArn, or whose policies these are. Without either it is some user of the account.
Result<void> PolicySimulation::set_principal(const SimulationQuestion& question) {
  using Kind = policy::PrincipalName::Kind;
  principal_ = {.kind = policy::PrincipalKind::kUser, .account = account_.text()};
  if (question.caller) {
    const auto name = policy::parse_principal_name(policy::PrincipalMember::kAws, *question.caller);
    if (!name || name->kind != Kind::kUser) return invalid("Invalid caller ARN: " + *question.caller);
    principal_.arn = *question.caller;
    principal_.account = texts_.emplace_back(name->account.text());
    return {};
  }
  if (identity_ == nullptr) return {};
  principal_.arn = identity_->arn;
  principal_.user_id = identity_->unique_id;
  if (identity_->kind == iam::Identity::Kind::kUser) return {};
  principal_.kind = policy::PrincipalKind::kRoleSession;
  principal_.role_arn = identity_->arn;
  principal_.arn =
      texts_.emplace_back("arn:aws:sts::" + account_.text() + ":assumed-role/" + identity_->name + "/simulation");
  principal_.user_id = texts_.emplace_back(identity_->unique_id + ":simulation");
  return {};
}

void PolicySimulation::add_context(const SimulationQuestion& question) {
  if (question.context) {
    for (const ContextEntry& entry : *question.context) {
      if (!entry.key || !entry.values) continue;
      const bool is_list = entry.values->size() != 1 || (entry.type && entry.type->ends_with("List"));
      if (is_list) {
        const auto& list = lists_.emplace_back(entry.values->begin(), entry.values->end());
        context_.add_list(*entry.key, list);
      } else {
        context_.add(*entry.key, entry.values->front());
      }
    }
  }
  // What is made up comes first and so counts.
  if (identity_ != nullptr) {
    for (const auto& [key, value] : identity_->tags)
      context_.add_tag("aws:PrincipalTag/", key, value);
  }
  if (!principal_.arn.empty()) policy::add_principal_keys(principal_, context_);
}

std::vector<std::string> PolicySimulation::context_keys() const {
  std::set<std::string> keys;
  for (const policy::CompiledPolicy* const one : policies_)
    add_keys(*one, keys);
  for (const policy::CompiledPolicy* const one : boundary_)
    add_keys(*one, keys);
  if (resource_policy_ != nullptr) add_keys(*resource_policy_, keys);
  return {keys.begin(), keys.end()};
}

std::vector<std::string> PolicySimulation::missing_keys() const {
  std::vector<std::string> keys = context_keys();
  std::erase_if(keys, [this](const std::string& key) { return context_.find(key) != nullptr; });
  return keys;
}

EvaluationResult PolicySimulation::evaluate(const std::string& action, const std::string& resource) const {
  const auto arn = Arn::parse(resource);
  std::string_view owner = resource_owner_;
  if (owner.empty() && arn && !arn->account.empty()) owner = arn->account;
  if (owner.empty() || owner == "*") owner = principal_.account;
  const policy::AccessRequest request{principal_, action, resource, owner, {}, context_};
  const policy::PolicySet policies{.identity = policies_, .boundary = boundary_, .resource = resource_policy_};
  policy::Trace trace;
  const policy::Decision decision = policy::evaluate(request, policies, &trace);

  EvaluationResult result{action, resource, std::string(name_of(decision.outcome)), {}, {}, {}};
  const auto effect = decision.allowed() ? policy::Effect::kAllow : policy::Effect::kDeny;
  for (const policy::PartyTrace& party : trace.parties) {
    if (party.party == policy::Party::kBoundary) {
      result.boundary = BoundaryDecision{party.verdict == policy::Verdict::kAllows};
    }
    for (const policy::StatementTrace& statement : party.statements) {
      const policy::CompiledPolicy& source = *statement.statement.policy;
      if (!statement.applies()) continue;
      if (source.document().statements[statement.statement.statement].effect != effect) continue;
      const bool is_resource = party.party == policy::Party::kResource;
      result.statements.push_back({source.source().name, is_resource ? "resource" : "IAM Policy"});
    }
  }
  return result;
}

Result<SimulationResponse> PolicySimulation::run(const SimulationQuestion& question) {
  for (const std::string& action : question.actions) {
    const size_t colon = action.find(':');
    if (colon == 0 || colon == std::string::npos) return invalid("Invalid Entity Action: " + action);
  }
  for (const std::string& resource : question.resources.value_or(std::vector<std::string>())) {
    if (resource != "*" && !policy::split_arn(resource)) {
      return invalid("ResourceNames are not in a valid ARN format: " + resource + ".");
    }
  }
  if (question.resource_policy) {
    if (!question.caller && identity_ == nullptr) {
      return invalid("A resource policy needs a caller: CallerArn is missing.");
    }
    COFFER_ASSIGN(resource_policy_,
                  compile(*question.resource_policy, "ResourcePolicy", policy::DocumentKind::kSecretPolicy));
  }
  if (question.resource_owner) {
    const auto arn = Arn::parse(*question.resource_owner);
    resource_owner_ = arn ? arn->account : *question.resource_owner;
    if (!AccountId::parse(resource_owner_)) return invalid("Invalid resource owner: " + *question.resource_owner);
  }
  COFFER_TRY(set_principal(question));
  add_context(question);

  static const std::vector<std::string> kEverything = {"*"};
  const bool has_resources = question.resources && !question.resources->empty();
  const std::vector<std::string>& resources = has_resources ? *question.resources : kEverything;
  // A page is a range of all pairs: of a long list of actions and resources, no more is decided than is shown.
  COFFER_ASSIGN(const auto after, decode_marker(question.page.marker));
  size_t begin = 0;
  if (after) begin = std::strtoul(after->c_str(), nullptr, 10);
  const size_t count = question.actions.size() * resources.size();
  const size_t end = std::min(count, begin + question.page.limit());
  SimulationResponse response;
  const std::vector<std::string> missing = missing_keys();
  for (size_t i = begin; i < end; ++i) {
    response.results.push_back(evaluate(question.actions[i / resources.size()], resources[i % resources.size()]));
    response.results.back().missing_keys = missing;
  }
  if (end < count) response.marker = encode_marker(std::to_string(end));
  response.is_truncated = response.marker.has_value();
  return response;
}

}  // namespace coffer::iam_service
