// Who makes a request, once the signature has proved it; nobody, where an operation needs no signature.
#pragma once

#include <string>

#include "base/ids.h"

namespace coffer::auth {

enum class PrincipalKind { kAnonymous, kRoot, kUser, kRoleSession };

struct Caller {
  AccountId account;
  PrincipalKind kind = PrincipalKind::kAnonymous;  // with neither account, ARN nor key
  std::string arn;                                 // "arn:aws:iam::123456789012:root"
  AccessKeyId access_key;
};

}  // namespace coffer::auth
