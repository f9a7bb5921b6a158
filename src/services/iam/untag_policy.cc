// Takes tags away from a managed policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagPolicy.html
#include "services/iam/common_tagging.h"

namespace coffer::iam_service {
namespace {

struct UntagPolicy : Untag<UntagPolicy, OfPolicy> {
  static constexpr std::string_view kName = "UntagPolicy";
  static constexpr std::string_view kAction = "iam:UntagPolicy";
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInvalidInput,
                                          ErrorCode::kConcurrentModification, ErrorCode::kInternalServiceError};
};

}  // namespace

api::Operation untag_policy() {
  return api::operation<UntagPolicy>();
}

}  // namespace coffer::iam_service
