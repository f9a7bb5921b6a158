// The names of the inline policies of a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html
#include "services/iam/common_inline_policies.h"

namespace coffer::iam_service {
namespace {

struct ListRolePolicies : ListPoliciesOf<ListRolePolicies, OfRole> {
  static constexpr std::string_view kName = "ListRolePolicies";
  static constexpr std::string_view kAction = "iam:ListRolePolicies";
};

}  // namespace

api::Operation list_role_policies() {
  return api::operation<ListRolePolicies>();
}

}  // namespace coffer::iam_service
