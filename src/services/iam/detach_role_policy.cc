// Takes a managed policy away from a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html
#include "services/iam/common_attachments.h"

namespace coffer::iam_service {
namespace {

struct DetachRolePolicy : DetachPolicy<DetachRolePolicy, OfRole> {
  static constexpr std::string_view kName = "DetachRolePolicy";
  static constexpr std::string_view kAction = "iam:DetachRolePolicy";
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded, ErrorCode::kInvalidInput,
                                          ErrorCode::kUnmodifiableEntity, ErrorCode::kInternalServiceError};
};

}  // namespace

api::Operation detach_role_policy() {
  return api::operation<DetachRolePolicy>();
}

}  // namespace coffer::iam_service
