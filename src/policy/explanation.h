// Why a decision is as it is, in sentences for the operator who asks. Names policies, statements, elements and
// condition keys; never repeats a value of the request. For those who may read the policies: a caller gets
// access_denied().
#pragma once

#include <string>
#include <vector>

#include "policy/evaluator.h"

namespace coffer::policy {

// Whose policies somebody may read. The resource's account has the resource's policy and its organization's resource
// control policies, the caller's has the rest.
enum class AccountPolicies { kBoth, kCaller, kResource };
// Never kBoth.
AccountPolicies account_of(Party party);

// First what decided. When the answer was no, then what each party says, which other statements deny, and which
// statements for the action would have allowed and failed on what. At most kMaxReasons. Of policies that are not
// readable there is only what they say as a whole.
inline constexpr size_t kMaxReasons = 100;
std::vector<std::string> explain(const Decision& decision, const Trace& trace,
                                 AccountPolicies readable = AccountPolicies::kBoth);

// The pieces of such sentences, for who arranges them otherwise.

// `statement "ReadOne"`, or `statement 0` when it has no Sid.
std::string statement_name(const StatementRef& statement);
// `ReadSecrets statement "ReadOne"`.
std::string name_of(const StatementRef& statement);
// "Principal does not name the caller, Condition Bool aws:SecureTransport does not hold". REQUIRES: it does not apply
// although it covers the action.
std::string why_not(const StatementTrace& statement);

}  // namespace coffer::policy
