// Adds tags to an OIDC provider, or gives keys that are there new values; their case counts.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagOpenIDConnectProvider.html
#include "services/iam/common_tagging.h"

namespace coffer::iam_service {
namespace {

struct TagOpenIDConnectProvider : Tag<TagOpenIDConnectProvider, OfProvider> {
  static constexpr std::string_view kName = "TagOpenIDConnectProvider";
  static constexpr std::string_view kAction = "iam:TagOpenIDConnectProvider";
};

}  // namespace

api::Operation tag_open_id_connect_provider() {
  return api::operation<TagOpenIDConnectProvider>();
}

}  // namespace coffer::iam_service
