// The names of the inline policies of a group.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupPolicies.html
#include "services/iam/common_inline_policies.h"

namespace coffer::iam_service {
namespace {

struct ListGroupPolicies : ListPoliciesOf<ListGroupPolicies, OfGroup> {
  static constexpr std::string_view kName = "ListGroupPolicies";
  static constexpr std::string_view kAction = "iam:ListGroupPolicies";
};

}  // namespace

api::Operation list_group_policies() {
  return api::operation<ListGroupPolicies>();
}

}  // namespace coffer::iam_service
