// The names of the inline policies of a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html
#include "services/iam/common_inline_policies.h"

namespace coffer::iam_service {
namespace {

struct ListUserPolicies : ListPoliciesOf<ListUserPolicies, OfUser> {
  static constexpr std::string_view kName = "ListUserPolicies";
  static constexpr std::string_view kAction = "iam:ListUserPolicies";
};

}  // namespace

api::Operation list_user_policies() {
  return api::operation<ListUserPolicies>();
}

}  // namespace coffer::iam_service
