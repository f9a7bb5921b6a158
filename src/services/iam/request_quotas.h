// How many requests an account may make per second. AWS throttles IAM and does not say at which rates: these leave room
// for Terraform, and for whoever reads everything. All reads share one, all lists and simulations, all changes.
#pragma once

#include <vector>

#include "api/service.h"

namespace coffer::iam_service {

std::vector<api::RequestQuota> request_quotas();

}  // namespace coffer::iam_service
