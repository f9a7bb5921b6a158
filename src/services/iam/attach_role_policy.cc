// Attaches a managed policy to a role: one of the account, or of AWS.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
#include "services/iam/common_attachments.h"

namespace coffer::iam_service {
namespace {

struct AttachRolePolicy : AttachPolicy<AttachRolePolicy, OfRole> {
  static constexpr std::string_view kName = "AttachRolePolicy";
  static constexpr std::string_view kAction = "iam:AttachRolePolicy";
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity,        ErrorCode::kLimitExceeded,
                                          ErrorCode::kInvalidInput,        ErrorCode::kUnmodifiableEntity,
                                          ErrorCode::kPolicyNotAttachable, ErrorCode::kInternalServiceError};
};

}  // namespace

api::Operation attach_role_policy() {
  return api::operation<AttachRolePolicy>();
}

}  // namespace coffer::iam_service
