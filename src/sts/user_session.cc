#include "sts/user_session.h"

#include <algorithm>

namespace coffer::sts {
namespace {

constexpr Duration kDefault = std::chrono::hours(12);
constexpr Duration kLongestOfRoot = std::chrono::hours(1);

bool is_root(const auth::Caller& caller) {
  return caller.kind == auth::PrincipalKind::kRoot;
}

}  // namespace

Duration user_session_duration(const std::optional<int64_t>& seconds, const auth::Caller& caller) {
  const Duration wanted = seconds ? Duration(std::chrono::seconds(*seconds)) : kDefault;
  return is_root(caller) ? std::min(wanted, kLongestOfRoot) : wanted;
}

SessionContents make_user_session(const auth::Caller& caller) {
  SessionContents contents;
  contents.account = caller.account;
  contents.kind = caller.kind;
  if (!is_root(caller)) contents.unique_id = caller.unique_id();
  return contents;
}

SessionContents make_federated_session(const FederationRequest& request, const auth::Caller& caller) {
  SessionContents contents = make_user_session(caller);
  contents.kind = auth::PrincipalKind::kFederatedUser;
  contents.name = request.name;
  contents.policy = request.policies.policy;
  contents.policy_arns = request.policies.arns;
  contents.tags = request.tags;
  return contents;
}

}  // namespace coffer::sts
