// What GetSessionToken and GetFederationToken make of a caller with long-term credentials. Codes are AWS's.
// Follows GetSessionToken and GetFederationToken (STS API reference).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/caller.h"
#include "base/clock.h"
#include "sts/session_rules.h"

namespace coffer::sts {

// 12 hours when none is wished for; of the root user an hour, and never more.
Duration user_session_duration(const std::optional<int64_t>& seconds, const auth::Caller& caller);

// REQUIRES: the caller is a user or root, with long-term credentials.
SessionContents make_user_session(const auth::Caller& caller);

struct FederationRequest {
  std::string name;
  SessionPolicies policies;
  std::vector<SessionTag> tags;
};
// Likewise. A session without policies may do nothing but what resources' policies open to it by its own name.
SessionContents make_federated_session(const FederationRequest& request, const auth::Caller& caller);

}  // namespace coffer::sts
