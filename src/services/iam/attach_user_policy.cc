// Attaches a managed policy to a user: one of the account, or of AWS.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
#include "services/iam/common_attachments.h"

namespace coffer::iam_service {
namespace {

struct AttachUserPolicy : AttachPolicy<AttachUserPolicy, OfUser> {
  static constexpr std::string_view kName = "AttachUserPolicy";
  static constexpr std::string_view kAction = "iam:AttachUserPolicy";
};

}  // namespace

api::Operation attach_user_policy() {
  return api::operation<AttachUserPolicy>();
}

}  // namespace coffer::iam_service
