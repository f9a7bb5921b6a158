// Takes an inline policy away from a group.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroupPolicy.html
#include "services/iam/common_inline_policies.h"

namespace coffer::iam_service {
namespace {

struct DeleteGroupPolicy : DeletePolicyOf<DeleteGroupPolicy, OfGroup> {
  static constexpr std::string_view kName = "DeleteGroupPolicy";
  static constexpr std::string_view kAction = "iam:DeleteGroupPolicy";
};

}  // namespace

api::Operation delete_group_policy() {
  return api::operation<DeleteGroupPolicy>();
}

}  // namespace coffer::iam_service
