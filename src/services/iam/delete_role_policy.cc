// Takes an inline policy away from a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html
#include "services/iam/common_inline_policies.h"

namespace coffer::iam_service {
namespace {

struct DeleteRolePolicy : DeletePolicyOf<DeleteRolePolicy, OfRole> {
  static constexpr std::string_view kName = "DeleteRolePolicy";
  static constexpr std::string_view kAction = "iam:DeleteRolePolicy";
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded,
                                          ErrorCode::kUnmodifiableEntity, ErrorCode::kInternalServiceError};
};

}  // namespace

api::Operation delete_role_policy() {
  return api::operation<DeleteRolePolicy>();
}

}  // namespace coffer::iam_service
