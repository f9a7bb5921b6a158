// A service: its names on the wire and its operations. api knows no service; services/ hand theirs to the front door.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "api/operation.h"

namespace coffer::api {

// Operations that share a number of requests per second, which each account has for itself.
struct RequestQuota {
  std::string_view name;  // in the configuration
  uint32_t per_second;    // 1 to Throttle::kMaxRate
  std::vector<std::string_view> operations;
};

struct Service {
  std::string_view target_prefix;  // "secretsmanager" in X-Amz-Target: secretsmanager.GetSecretValue
  std::string_view signing_name;   // the service in the credential scope
  std::vector<Operation> operations;
  void* rooms = nullptr;             // must outlive the front door
  std::vector<RequestQuota> quotas;  // an operation in none of them is not limited
};

}  // namespace coffer::api
