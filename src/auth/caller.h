// Who makes a request, once the signature has proved it.
#pragma once

#include <string>

#include "base/ids.h"

namespace coffer::auth {

enum class PrincipalKind { kRoot, kUser, kRoleSession };

struct Caller {
  AccountId account;
  PrincipalKind kind = PrincipalKind::kRoot;
  std::string arn;  // "arn:aws:iam::123456789012:root"
  AccessKeyId access_key;
};

}  // namespace coffer::auth
