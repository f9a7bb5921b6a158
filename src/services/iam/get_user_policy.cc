// An inline policy of a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html
#include "services/iam/common_inline_policies.h"

namespace coffer::iam_service {
namespace {

struct GetUserPolicy : GetPolicyOf<GetUserPolicy, OfUser> {
  static constexpr std::string_view kName = "GetUserPolicy";
  static constexpr std::string_view kAction = "iam:GetUserPolicy";
};

}  // namespace

api::Operation get_user_policy() {
  return api::operation<GetUserPolicy>();
}

}  // namespace coffer::iam_service
