// Who makes a request, once the signature has proved it; nobody, where an operation needs no signature.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace coffer::policy {
class CompiledPolicy;  // of the room beside: whoever makes a session compiles its policy, auth only carries it
}

namespace coffer::auth {

enum class PrincipalKind { kAnonymous, kRoot, kUser, kRoleSession, kFederatedUser };

// What temporary credentials say beyond whose they are. Of GetSessionToken, AssumeRole..., GetFederationToken.
struct Session {
  Time issued;   // aws:TokenIssueTime
  Time expires;  // the credentials are worth nothing from then on
  // Session tags, those of a calling session that are transitive included; keys differ in more than case.
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::string> transitive_tag_keys;
  std::string source_identity;     // empty: none
  std::string federated_provider;  // aws:FederatedProvider; empty: none
  std::optional<Time> mfa;         // when the second factor was shown
  bool is_chained = false;         // made with the credentials of another role's session
  std::string parent_arn;          // of a federated user: the user or root who asked for the session
  std::string parent_id;           // and that one's user id
  std::shared_ptr<const policy::CompiledPolicy> policy;  // passed with the request for the session; null: none
  std::vector<std::string> policy_arns;                  // likewise
};

struct Caller {
  AccountId account;
  PrincipalKind kind = PrincipalKind::kAnonymous;  // with neither account, ARN nor key
  std::string arn;                                 // "arn:aws:iam::123456789012:root"; of a role's session its own
  AccessKeyId access_key;
  // The value of aws:userid: "AIDA..." of a user, "AROA...:session" of a role's session, "123456789012:name" of a
  // federated user, the account's id of root.
  std::string user_id;
  std::shared_ptr<const Session> session{};  // null: long-term credentials

  // "AIDA..." of a user, "AROA..." of a session's role.
  std::string_view unique_id() const { return std::string_view(user_id).substr(0, user_id.find(':')); }
};

}  // namespace coffer::auth
