// What policies would decide, without doing anything: behind SimulatePrincipalPolicy and SimulateCustomPolicy. Decides
// as requests are decided, with the condition keys that the caller makes up. Differences from AWS: where a statement
// stands in its text is not told, nor the decisions of single accounts.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "iam/identity_snapshot.h"
#include "policy/evaluator.h"
#include "services/iam/common.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {

inline constexpr wire::Constraint kPolicyInputsBounds{.item = &kPolicyTextBounds};
inline constexpr wire::Constraint kActionNameBounds{.min = 3, .max = 128};
inline constexpr wire::Constraint kActionNamesBounds{.item = &kActionNameBounds};
inline constexpr wire::Constraint kResourceNameBounds{.min = 1, .max = 2048};
inline constexpr wire::Constraint kResourceArnsBounds{.item = &kResourceNameBounds};
inline constexpr wire::Constraint kResourceHandlingBounds{.min = 1, .max = 64};

struct ContextEntry {
  std::optional<std::string> key;
  std::optional<std::vector<std::string>> values;
  std::optional<std::string> type;
  static constexpr std::string_view kTypes[] = {"string",  "stringList",  "numeric", "numericList",
                                                "boolean", "booleanList", "ip",      "ipList",
                                                "binary",  "binaryList",  "date",    "dateList"};
  static constexpr wire::Field kFields[] = {wire::field<&ContextEntry::key>("ContextKeyName", {.min = 5, .max = 256}),
                                            wire::field<&ContextEntry::values>("ContextKeyValues"),
                                            wire::field<&ContextEntry::type>("ContextKeyType", {.values = kTypes})};
};

struct MatchedStatement {
  std::string policy;
  std::string type;
  static constexpr wire::Field kFields[] = {wire::field<&MatchedStatement::policy>("SourcePolicyId"),
                                            wire::field<&MatchedStatement::type>("SourcePolicyType")};
};
struct BoundaryDecision {
  bool is_allowed;
  static constexpr wire::Field kFields[] = {wire::field<&BoundaryDecision::is_allowed>("AllowedByPermissionsBoundary")};
};
struct EvaluationResult {
  std::string action;
  std::string resource;
  std::string decision;  // "allowed", "explicitDeny", "implicitDeny"
  std::vector<MatchedStatement> statements;
  std::vector<std::string> missing_keys;
  std::optional<BoundaryDecision> boundary;
  static constexpr wire::Field kFields[] = {
      wire::field<&EvaluationResult::action>("EvalActionName"),
      wire::field<&EvaluationResult::resource>("EvalResourceName"),
      wire::field<&EvaluationResult::decision>("EvalDecision"),
      wire::field<&EvaluationResult::statements>("MatchedStatements"),
      wire::field<&EvaluationResult::missing_keys>("MissingContextValues"),
      wire::field<&EvaluationResult::boundary>("PermissionsBoundaryDecisionDetail")};
};

struct SimulationResponse {
  std::vector<EvaluationResult> results;
  bool is_truncated = false;
  std::optional<std::string> marker;
  static constexpr wire::Field kFields[] = {wire::field<&SimulationResponse::results>("EvaluationResults"),
                                            wire::field<&SimulationResponse::is_truncated>("IsTruncated"),
                                            wire::field<&SimulationResponse::marker>("Marker")};
};

// What both operations take besides the policies of somebody.
struct SimulationQuestion {
  const std::vector<std::string>& actions;
  const std::optional<std::vector<std::string>>& resources;
  const std::optional<std::string>& resource_policy;
  const std::optional<std::string>& resource_owner;
  const std::optional<std::string>& caller;
  const std::optional<std::vector<ContextEntry>>& context;
  PageRequest page;
};

class PolicySimulation {
 public:
  explicit PolicySimulation(const AccountId& account) : account_(account) {}

  // Policies that somebody has; they outlive this.
  void add_identity(const iam::Identity& identity);
  // The group's, which the snapshot has as text only.
  Result<void> add_group(const iam::IdentitySnapshot& snapshot, const iam::Group& group);
  // Policies that the request brings, named "PolicyInputList.1" and so on. kInvalidInput for what is none.
  Result<void> add_inputs(const std::optional<std::vector<std::string>>& texts);
  // Of the request: in place of the identity's boundary.
  Result<void> set_boundaries(const std::optional<std::vector<std::string>>& texts);

  // kInvalidInput for actions and ARNs that are none, and a resource policy that is none.
  Result<SimulationResponse> run(const SimulationQuestion& question);

  // The condition keys and variables that the policies look at, sorted.
  std::vector<std::string> context_keys() const;

 private:
  Result<const policy::CompiledPolicy*> compile(std::string_view text, std::string name, policy::DocumentKind kind);
  Result<void> set_principal(const SimulationQuestion& question);
  void add_context(const SimulationQuestion& question);
  std::vector<std::string> missing_keys() const;
  EvaluationResult evaluate(const std::string& action, const std::string& resource) const;

  const AccountId account_;
  const iam::Identity* identity_ = nullptr;
  iam::PolicyPointers policies_;
  iam::PolicyPointers boundary_;
  const policy::CompiledPolicy* resource_policy_ = nullptr;
  std::string resource_owner_;
  policy::RequestPrincipal principal_;
  policy::RequestContext context_;
  // What the parts above look at; deques do not move what they hold.
  std::deque<policy::CompiledPolicy> compiled_;
  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> lists_;
};

}  // namespace coffer::iam_service
