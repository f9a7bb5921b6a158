// Gives a role an inline policy, in place of the one of the same name.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
#include "services/iam/common_inline_policies.h"

namespace coffer::iam_service {
namespace {

struct PutRolePolicy : PutPolicy<PutRolePolicy, OfRole> {
  static constexpr std::string_view kName = "PutRolePolicy";
  static constexpr std::string_view kAction = "iam:PutRolePolicy";
  static constexpr ErrorCode kErrors[] = {ErrorCode::kLimitExceeded, ErrorCode::kMalformedPolicyDocument,
                                          ErrorCode::kNoSuchEntity, ErrorCode::kUnmodifiableEntity,
                                          ErrorCode::kInternalServiceError};
};

}  // namespace

api::Operation put_role_policy() {
  return api::operation<PutRolePolicy>();
}

}  // namespace coffer::iam_service
