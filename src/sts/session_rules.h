// Rules that several of STS's operations share: on session tags, session policies, and who may ask at all. Texts and
// codes are AWS's. Follows "Pass session tags in AWS STS" and "Compare AWS STS credentials" (IAM user guide).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/caller.h"
#include "base/result.h"
#include "iam/identity_snapshot.h"
#include "sts/session_token.h"

namespace coffer::sts {

// The tags of a request, those of `transitive_keys` marked. kInvalidParameter for two of the same key (whatever the
// case), and for a transitive key that is none of theirs.
Result<std::vector<SessionTag>> read_tags(const std::vector<std::pair<std::string, std::string>>& tags,
                                          const std::vector<std::string>& transitive_keys);

// What a session gets from the session that asks for it, which cannot be replaced.
struct Inheritance {
  std::vector<SessionTag> tags;
  std::string source_identity;
};
Inheritance inheritance_of(const auth::Caller& caller);

// kInvalidParameter when one of the tags is inherited already.
Result<void> check_not_inherited(const std::vector<SessionTag>& tags, const Inheritance& inheritance);

// What limits a session besides the permissions of whose it is.
struct SessionPolicies {
  std::string policy;             // JSON; empty: none
  std::vector<std::string> arns;  // of managed policies
};
// kPackedPolicyTooLarge (AWS's text) when they have more than 2,048 characters together; kMalformedPolicyDocument;
// kValidation for more than ten ARNs, and for one that `account` does not have.
Result<void> check_policies(const SessionPolicies& policies, const iam::IdentitySnapshot& account);

// How much of a room something takes, in percent, rounded up: what takes any does not take 0 %.
int64_t percent_of(size_t part, size_t whole);
// "Packed policy consumes 112% of allotted space, please use smaller policy."
Error packed_policy_too_large(int64_t percent);

// kAccessDenied, "Cannot call GetSessionToken with session credentials", of temporary credentials.
Result<void> refuse_session(const auth::Caller& caller, std::string_view operation);
// kAccessDenied as a policy's refusal: what credentials of GetSessionToken and GetFederationToken may never do.
// `resource`: "*" for none.
Result<void> refuse_user_session(const auth::Caller& caller, std::string_view action, std::string_view resource);

}  // namespace coffer::sts
