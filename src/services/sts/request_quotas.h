// How many requests an account may make per second. Follows "IAM and AWS STS quotas" (IAM user guide), which tells one
// rate for everything that is signed.
#pragma once

#include <vector>

#include "api/service.h"

namespace coffer::sts_service {

std::vector<api::RequestQuota> request_quotas();

}  // namespace coffer::sts_service
