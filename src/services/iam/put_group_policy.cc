// Gives a group an inline policy, in place of the one of the same name.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html
#include "services/iam/common_inline_policies.h"

namespace coffer::iam_service {
namespace {

struct PutGroupPolicy : PutPolicy<PutGroupPolicy, OfGroup> {
  static constexpr std::string_view kName = "PutGroupPolicy";
  static constexpr std::string_view kAction = "iam:PutGroupPolicy";
};

}  // namespace

api::Operation put_group_policy() {
  return api::operation<PutGroupPolicy>();
}

}  // namespace coffer::iam_service
