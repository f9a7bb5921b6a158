// How many requests an account may make per second. Follows "Request quotas" (KMS developer guide), where every
// operation that changes something has a quota of its own, of 5 to 50; here they share one.
#pragma once

#include <vector>

#include "api/service.h"

namespace coffer::kms_service {

std::vector<api::RequestQuota> request_quotas();

}  // namespace coffer::kms_service
