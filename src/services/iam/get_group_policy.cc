// An inline policy of a group.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroupPolicy.html
#include "services/iam/common_inline_policies.h"

namespace coffer::iam_service {
namespace {

struct GetGroupPolicy : GetPolicyOf<GetGroupPolicy, OfGroup> {
  static constexpr std::string_view kName = "GetGroupPolicy";
  static constexpr std::string_view kAction = "iam:GetGroupPolicy";
};

}  // namespace

api::Operation get_group_policy() {
  return api::operation<GetGroupPolicy>();
}

}  // namespace coffer::iam_service
