// Takes an inline policy away from a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html
#include "services/iam/common_inline_policies.h"

namespace coffer::iam_service {
namespace {

struct DeleteUserPolicy : DeletePolicyOf<DeleteUserPolicy, OfUser> {
  static constexpr std::string_view kName = "DeleteUserPolicy";
  static constexpr std::string_view kAction = "iam:DeleteUserPolicy";
};

}  // namespace

api::Operation delete_user_policy() {
  return api::operation<DeleteUserPolicy>();
}

}  // namespace coffer::iam_service
