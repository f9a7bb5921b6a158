// Attaches a managed policy to a group: one of the account, or of AWS.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachGroupPolicy.html
#include "services/iam/common_attachments.h"

namespace coffer::iam_service {
namespace {

struct AttachGroupPolicy : AttachPolicy<AttachGroupPolicy, OfGroup> {
  static constexpr std::string_view kName = "AttachGroupPolicy";
  static constexpr std::string_view kAction = "iam:AttachGroupPolicy";
};

}  // namespace

api::Operation attach_group_policy() {
  return api::operation<AttachGroupPolicy>();
}

}  // namespace coffer::iam_service
