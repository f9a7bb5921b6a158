#include "services/secretsmanager/common_rotation.h"

#include <algorithm>

#include "base/arn.h"
#include "secrets/version_stages.h"

namespace coffer::secretsmanager {
namespace {

// "function:NAME", "function:NAME:VERSION"
bool is_function(std::string_view resource) {
  constexpr std::string_view kType = "function:";
  if (!resource.starts_with(kType)) return false;
  const std::string_view name = resource.substr(kType.size());
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
           c == ':' || c == '$';
  });
}

Result<void> check_lambda_arn(std::string_view text, const Region& region) {
  const auto arn = Arn::parse(text);
  if (arn && arn->partition == "aws" && arn->service == "lambda" && arn->region == region.text() &&
      AccountId::parse(arn->account) && is_function(arn->resource)) {
    return {};
  }
  return Error{ErrorCode::kInvalidParameter,
               "Invalid rotation Lambda ARN. Ensure the ARN matches format "
               "arn:aws:lambda:<region>:<account>:function:<functionName>."};
}

bool is_empty(const RotationRules& rules) {
  return !rules.automatically_after_days && !rules.duration && !rules.schedule_expression;
}

}  // namespace

const secrets::Version* rotating_version(const secrets::Secret& secret) {
  const secrets::Version* const pending = secret.version_with(secrets::kAwsPending);
  return pending == secret.version_with(secrets::kAwsCurrent) ? nullptr : pending;
}

Result<secrets::Rotation> with_settings(const secrets::Secret& secret, const RotationSettings& settings,
                                        const Region& region, Time now) {
  secrets::Rotation rotation = secret.rotation.value_or(secrets::Rotation());
  if (!rotation.enabled) rotation.counted_from = now;
  rotation.enabled = true;
  if (settings.lambda_arn && !settings.lambda_arn->empty()) rotation.lambda_arn = *settings.lambda_arn;
  if (rotation.lambda_arn.empty()) {
    return Error{ErrorCode::kInvalidRequest, "No Lambda rotation function ARN is associated with this secret."};
  }
  if (settings.rules && !is_empty(*settings.rules)) {
    const secrets::RotationRules rules{settings.rules->automatically_after_days, settings.rules->duration.value_or(""),
                                       settings.rules->schedule_expression.value_or("")};
    COFFER_TRY(secrets::RotationSchedule::parse(rules));
    rotation.rules = rules;
    rotation.counted_from = now;
  }
  COFFER_TRY(check_lambda_arn(rotation.lambda_arn, region));
  return rotation;
}

}  // namespace coffer::secretsmanager
