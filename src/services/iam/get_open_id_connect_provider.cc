// An OIDC provider that the account trusts.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct GetOpenIDConnectProvider : NamingCard<OfProvider> {
  static constexpr std::string_view kName = "GetOpenIDConnectProvider";
  static constexpr std::string_view kAction = "iam:GetOpenIDConnectProvider";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidInput, ErrorCode::kNoSuchEntity,
                                          ErrorCode::kInternalServiceError};

  struct Response {
    std::string url;
    std::vector<std::string> client_ids;
    std::vector<std::string> thumbprints;
    Time created;
    std::optional<std::vector<TagEntry>> tags;
    static constexpr wire::Field kFields[] = {
        wire::field<&Response::url>("Url"), wire::field<&Response::client_ids>("ClientIDList"),
        wire::field<&Response::thumbprints>("ThumbprintList"), wire::field<&Response::created>("CreateDate"),
        wire::field<&Response::tags>("Tags")};
  };

  static Result<Response> handle(const api::Authorized<GetOpenIDConnectProvider>& authorized, Rooms&) {
    COFFER_ASSIGN(const auto* const found, found_provider(authorized.resource(), authorized.request().name));
    const iam::OidcProvider& provider = *found->entity;
    return Response{provider.name, provider.client_ids, provider.thumbprints, provider.created,
                    shown_tags(provider.tags)};
  }
};

}  // namespace

api::Operation get_open_id_connect_provider() {
  return api::operation<GetOpenIDConnectProvider>();
}

}  // namespace coffer::iam_service
