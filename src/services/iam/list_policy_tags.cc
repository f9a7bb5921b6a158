// The tags of a managed policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyTags.html
#include "services/iam/common_tagging.h"

namespace coffer::iam_service {
namespace {

struct ListPolicyTags : ListTags<ListPolicyTags, OfPolicy> {
  static constexpr std::string_view kName = "ListPolicyTags";
  static constexpr std::string_view kAction = "iam:ListPolicyTags";
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};
};

}  // namespace

api::Operation list_policy_tags() {
  return api::operation<ListPolicyTags>();
}

}  // namespace coffer::iam_service
