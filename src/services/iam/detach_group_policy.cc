// Takes a managed policy away from a group.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachGroupPolicy.html
#include "services/iam/common_attachments.h"

namespace coffer::iam_service {
namespace {

struct DetachGroupPolicy : DetachPolicy<DetachGroupPolicy, OfGroup> {
  static constexpr std::string_view kName = "DetachGroupPolicy";
  static constexpr std::string_view kAction = "iam:DetachGroupPolicy";
};

}  // namespace

api::Operation detach_group_policy() {
  return api::operation<DetachGroupPolicy>();
}

}  // namespace coffer::iam_service
