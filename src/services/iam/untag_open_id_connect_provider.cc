// Takes tags away from an OIDC provider.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagOpenIDConnectProvider.html
#include "services/iam/common_tagging.h"

namespace coffer::iam_service {
namespace {

struct UntagOpenIDConnectProvider : Untag<UntagOpenIDConnectProvider, OfProvider> {
  static constexpr std::string_view kName = "UntagOpenIDConnectProvider";
  static constexpr std::string_view kAction = "iam:UntagOpenIDConnectProvider";
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInvalidInput,
                                          ErrorCode::kConcurrentModification, ErrorCode::kInternalServiceError};
};

}  // namespace

api::Operation untag_open_id_connect_provider() {
  return api::operation<UntagOpenIDConnectProvider>();
}

}  // namespace coffer::iam_service
