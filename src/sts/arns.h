// The ARNs that STS is asked with and answers with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace coffer::sts {

// "arn:aws:sts::123456789012:assumed-role/name/session": without the role's path.
std::string assumed_role_arn(const AccountId& account, std::string_view role_name, std::string_view session_name);
// "arn:aws:sts::123456789012:federated-user/name"
std::string federated_user_arn(const AccountId& account, std::string_view name);

struct RoleName {
  AccountId account;
  std::string name;  // without the path
};
// Of "arn:aws:iam::123456789012:role/path/name"; nullopt for anything else.
std::optional<RoleName> parse_role_arn(std::string_view arn);

}  // namespace coffer::sts
