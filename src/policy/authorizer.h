// Decides whether a principal may do something. Until policy documents are evaluated, there is one rule: the root user
// of the account that owns the resource may do everything to it, and nobody else may do anything. Pure: no I/O, no
// clock. The texts follow "Troubleshoot access denied error messages" (IAM user guide).
#pragma once

#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace coffer::policy {

struct Principal {
  std::string_view arn;
  const AccountId& account;
  bool is_root = false;
};

struct Question {
  Principal principal;
  std::string_view action;    // "secretsmanager:GetSecretValue"
  std::string_view resource;  // ARN, or the name as given; "*" for operations without a resource
  const AccountId& resource_account;
};

// kAccessDenied with AWS's text when the answer is no.
Result<void> authorize(const Question& question);

}  // namespace coffer::policy
