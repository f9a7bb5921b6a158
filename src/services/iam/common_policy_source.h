// The user, group or role whose policies are simulated, by its ARN.
#pragma once

#include "services/iam/common_simulation.h"

namespace coffer::iam_service {

// kInvalidInput when it is no ARN of such an entity.
Result<api::Resource> policy_source_resource(std::string_view arn);
// kNoSuchEntity when there is nobody of exactly that ARN.
Result<void> add_policies_of(std::string_view arn, const iam::IdentitySnapshot& snapshot, PolicySimulation& simulation);

}  // namespace coffer::iam_service
