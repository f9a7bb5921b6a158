// Rotation as requests set it up. Follows "Rotate AWS Secrets Manager secrets" and the checks recorded from AWS, in
// their order.
#pragma once

#include <optional>
#include <string>

#include "services/secretsmanager/common_details.h"
#include "services/secretsmanager/rooms.h"

namespace coffer::secretsmanager {

// A rotation that is under way: the version that has AWSPENDING and not AWSCURRENT. nullptr when there is none.
const secrets::Version* rotating_version(const secrets::Secret& secret);

// What RotateSecret changes about the settings; absent members leave what is stored.
struct RotationSettings {
  const std::optional<std::string>& lambda_arn;
  const std::optional<RotationRules>& rules;
};

// The secret's rotation with the new settings, switched on. kInvalidRequest without a function, kInvalidParameter for
// rules that are no schedule and an ARN that is none of a function of `region`; AWS's texts.
Result<secrets::Rotation> with_settings(const secrets::Secret& secret, const RotationSettings& settings,
                                        const Region& region, Time now);

}  // namespace coffer::secretsmanager
