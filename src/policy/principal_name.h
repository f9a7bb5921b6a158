// The principals that a document names, classified by their form. Whether one exists is not known here: see
// principal_directory.h. Follows "AWS JSON policy elements: Principal" (IAM user guide).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace coffer::policy {

struct PrincipalName {
  enum class Kind {
    kEveryone,           // "*"
    kAccount,            // "123456789012", "arn:aws:iam::123456789012:root": the same
    kUser,               // "arn:aws:iam::123456789012:user/path/name"
    kRole,               // "arn:aws:iam::123456789012:role/path/name"
    kRoleSession,        // "arn:aws:sts::123456789012:assumed-role/name/session"
    kFederatedUser,      // "arn:aws:sts::123456789012:federated-user/name"
    kUniqueId,           // "AIDA...", "AROA...": a user or role, mostly one that was deleted
    kService,            // "lambda.amazonaws.com"
    kFederatedProvider,  // "arn:aws:iam::123456789012:oidc-provider/host", "cognito-identity.amazonaws.com"
  };

  Kind kind;
  std::string text;   // as the document has it
  AccountId account;  // empty for kinds that name none
};

// The member of a Principal element that a name stands under.
enum class PrincipalMember { kAws, kService, kFederated };

// nullopt for a name that has no form of its member: wildcards in an ARN, groups, other services, malformed names.
std::optional<PrincipalName> parse_principal_name(PrincipalMember member, std::string_view text);

}  // namespace coffer::policy
