// An inline policy of a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html
#include "services/iam/common_inline_policies.h"

namespace coffer::iam_service {
namespace {

struct GetRolePolicy : GetPolicyOf<GetRolePolicy, OfRole> {
  static constexpr std::string_view kName = "GetRolePolicy";
  static constexpr std::string_view kAction = "iam:GetRolePolicy";
};

}  // namespace

api::Operation get_role_policy() {
  return api::operation<GetRolePolicy>();
}

}  // namespace coffer::iam_service
