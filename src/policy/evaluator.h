// Decides whether a principal may do something, from all the policies that have a say: identity policies, boundary,
// session policies, the resource's policy, control policies of the organizations. Pure: no I/O, no clock; what it is
// not given does not exist. Follows "Policy evaluation logic" and "Cross-account policy evaluation logic" (IAM user
// guide) and "Determining access to AWS KMS keys"; what these leave open is settled in
// docs/decisions/0011-policy-evaluation.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "policy/compiled_policy.h"
#include "policy/principal_match.h"
#include "policy/request_context.h"

namespace coffer::policy {

// What a resource's policy is worth inside its account.
enum class ResourceRule {
  kOrdinary,     // secrets and most others: one of identity policy and resource's policy is enough
  kKeyPolicy,    // KMS keys: nobody has access that it does not give, or delegate to the account; grants are heard
  kTrustPolicy,  // roles, for sts: likewise; its statements have no Resource
};

// To whom a grant on a KMS key gives what is asked.
enum class GrantedTo {
  kNobody,
  kAccount,  // to the caller's account: like a statement for it, worth something with an identity policy only
  kCaller,   // to the caller, its role, its session
};

using PolicyList = std::span<const CompiledPolicy* const>;

// What is attached to the two sides. A list that is empty is not there. Several policies of one kind are a union.
struct PolicySet {
  PolicyList identity;                       // of the user and its groups, or of the role
  PolicyList boundary;                       // at most one on AWS
  PolicyList session;                        // inline and by ARN
  const CompiledPolicy* resource = nullptr;  // the policy of the resource
  ResourceRule resource_rule = ResourceRule::kOrdinary;
  GrantedTo granted = GrantedTo::kNobody;        // by a grant on the key that covers the operation
  std::span<const PolicyList> service_control;   // of the principal's account, one for each level; none for the
                                                 // management account and outside of organizations
  std::span<const PolicyList> resource_control;  // likewise of the resource's account
};

// In the order in which they are asked, and the first that denies is named.
enum class Party { kResourceControl, kServiceControl, kResource, kIdentity, kBoundary, kSession };

struct StatementRef {
  const CompiledPolicy* policy = nullptr;
  uint32_t statement = 0;

  explicit operator bool() const { return policy != nullptr; }
  bool operator==(const StatementRef&) const = default;
};

enum class Outcome { kAllowed, kExplicitlyDenied, kImplicitlyDenied };

// Why.
enum class Basis {
  kStatement,           // `statement`, which allows or denies
  kNoStatement,         // `party` has none that allows
  kRoot,                // the root user may do everything in its account
  kGrant,               // a grant on the key
  kNoPermissionNeeded,  // sts:GetCallerIdentity, sts:GetSessionToken
  kNotAcrossAccounts,   // an operation of KMS that no policy opens to other accounts
};

struct Decision {
  Outcome outcome = Outcome::kImplicitlyDenied;
  Basis basis = Basis::kNoStatement;
  Party party = Party::kIdentity;  // whose statement decided, or who has none
  uint32_t level = 0;              // of control policies
  StatementRef statement;
  StatementRef delegation;  // the resource's statement without which the allowing one would not do

  bool allowed() const { return outcome == Outcome::kAllowed; }
  bool operator==(const Decision&) const = default;
};

// What was looked at, for explanations.
struct StatementTrace {
  StatementRef statement;
  Naming naming = Naming::kCaller;  // kCaller where there are no principals
  bool covers_action = false;
  bool covers_resource = false;
  std::vector<uint32_t> failed_conditions;  // numbers of the document

  bool applies() const {
    return naming != Naming::kNone && covers_action && covers_resource && failed_conditions.empty();
  }
};

enum class Verdict { kAllows, kDenies, kSilent };

struct PartyTrace {
  Party party;
  uint32_t level = 0;
  Verdict verdict = Verdict::kSilent;
  std::vector<StatementTrace> statements;  // all of them
};

struct Trace {
  std::vector<PartyTrace> parties;  // those that have a say; boundary and session policies only if there are any
};

// With a trace, every statement is looked at and the decision is the same.
Decision evaluate(const AccessRequest& request, const PolicySet& policies, Trace* trace = nullptr);

}  // namespace coffer::policy
