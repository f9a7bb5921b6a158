// The tags of an OIDC provider.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviderTags.html
#include "services/iam/common_tagging.h"

namespace coffer::iam_service {
namespace {

struct ListOpenIDConnectProviderTags : ListTags<ListOpenIDConnectProviderTags, OfProvider> {
  static constexpr std::string_view kName = "ListOpenIDConnectProviderTags";
  static constexpr std::string_view kAction = "iam:ListOpenIDConnectProviderTags";
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};
};

}  // namespace

api::Operation list_open_id_connect_provider_tags() {
  return api::operation<ListOpenIDConnectProviderTags>();
}

}  // namespace coffer::iam_service
