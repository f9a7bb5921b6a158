// How many requests per second AWS answers, per account and Region: every operation is in exactly one quota, alone or
// together with others. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
#pragma once

#include <vector>

#include "api/service.h"

namespace coffer::secretsmanager {

// All operations of the API, also those that have no card.
std::vector<api::RequestQuota> request_quotas();

}  // namespace coffer::secretsmanager
