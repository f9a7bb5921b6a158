// Whether a document would keep its author from ever replacing it.
#pragma once

#include <string_view>

#include "base/ids.h"
#include "policy/document.h"

namespace coffer::policy {

struct Principal {
  std::string_view arn;
  const AccountId& account;
  bool is_root = false;
};

// Whether a Deny without conditions covers secretsmanager:PutResourcePolicy on the secret for the caller. The root user
// is covered by "*", by its account (which is every principal of the account, root among them), and by a NotPrincipal
// that does not name the account. What depends on a request (conditions, policy variables) does not count.
bool locks_out(const Document& document, const Principal& caller, std::string_view secret_arn);

}  // namespace coffer::policy
