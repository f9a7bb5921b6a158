// How many requests an account may make per second. AWS throttles Organizations and does not say at which rates. All
// reads share one, all changes another.
#pragma once

#include <vector>

#include "api/service.h"

namespace coffer::organizations_service {

std::vector<api::RequestQuota> request_quotas();

}  // namespace coffer::organizations_service
