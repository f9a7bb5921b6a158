// A service: its names on the wire and its operations. api knows no service; services/ hand theirs to the front door.
#pragma once

#include <string_view>
#include <vector>

#include "api/operation.h"

namespace coffer::api {

struct Service {
  std::string_view target_prefix;  // "secretsmanager" in X-Amz-Target: secretsmanager.GetSecretValue
  std::string_view signing_name;   // the service in the credential scope
  std::vector<Operation> operations;
  void* rooms = nullptr;  // must outlive the front door
};

}  // namespace coffer::api
