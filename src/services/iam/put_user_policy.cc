// Gives a user an inline policy, in place of the one of the same name.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
#include "services/iam/common_inline_policies.h"

namespace coffer::iam_service {
namespace {

struct PutUserPolicy : PutPolicy<PutUserPolicy, OfUser> {
  static constexpr std::string_view kName = "PutUserPolicy";
  static constexpr std::string_view kAction = "iam:PutUserPolicy";
};

}  // namespace

api::Operation put_user_policy() {
  return api::operation<PutUserPolicy>();
}

}  // namespace coffer::iam_service
