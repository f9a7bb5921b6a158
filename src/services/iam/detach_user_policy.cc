// Takes a managed policy away from a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html
#include "services/iam/common_attachments.h"

namespace coffer::iam_service {
namespace {

struct DetachUserPolicy : DetachPolicy<DetachUserPolicy, OfUser> {
  static constexpr std::string_view kName = "DetachUserPolicy";
  static constexpr std::string_view kAction = "iam:DetachUserPolicy";
};

}  // namespace

api::Operation detach_user_policy() {
  return api::operation<DetachUserPolicy>();
}

}  // namespace coffer::iam_service
