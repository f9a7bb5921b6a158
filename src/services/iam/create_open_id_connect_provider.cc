// Makes the account trust what an OIDC provider says about somebody. Tags need their own permission as well.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
#include "iam/providers.h"
#include "iam/tags.h"
#include "services/iam/common_condition_keys.h"
#include "services/iam/common_entries.h"

namespace coffer::iam_service {
namespace {

struct CreateOpenIDConnectProvider {
  static constexpr std::string_view kName = "CreateOpenIDConnectProvider";
  static constexpr std::string_view kAction = "iam:CreateOpenIDConnectProvider";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidInput, ErrorCode::kEntityAlreadyExists,
                                          ErrorCode::kLimitExceeded, ErrorCode::kConcurrentModification,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string url;
    std::optional<std::vector<std::string>> client_ids;
    std::optional<std::vector<std::string>> thumbprints;
    std::optional<std::vector<TagEntry>> tags;
    static constexpr wire::Field kFields[] = {wire::field<&Request::url>("Url", kProviderUrlBounds),
                                              wire::field<&Request::client_ids>("ClientIDList", kClientIdsBounds),
                                              wire::field<&Request::thumbprints>("ThumbprintList", kThumbprintsBounds),
                                              wire::field<&Request::tags>("Tags", kTagsBounds)};
  };

  struct Response {
    std::string arn;
    std::optional<std::vector<TagEntry>> tags;
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("OpenIDConnectProviderArn"),
                                              wire::field<&Response::tags>("Tags")};
  };

  static Result<void> check(const Request& request) { return iam::check_tags(to_tags(request.tags)); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms&) {
    const size_t host = request.url.find("://");
    const std::string name = host == std::string::npos ? request.url : request.url.substr(host + 3);
    return new_resource<iam::OidcProvider>(caller.account, {{}, name});
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_tag_keys(request.tags, keys);
  }

  static Result<Response> handle(const api::Authorized<CreateOpenIDConnectProvider>& authorized, Rooms& rooms) {
    COFFER_TRY(permit_tags<action::TagOpenIDConnectProvider>(authorized));
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    COFFER_ASSIGN(const iam::OidcProvider provider,
                  iam::create_provider(rooms.identities, account,
                                       {.url = request.url,
                                        .client_ids = request.client_ids.value_or(std::vector<std::string>()),
                                        .thumbprints = request.thumbprints.value_or(std::vector<std::string>()),
                                        .tags = to_tags(request.tags)}));
    return Response{iam::arn_of(account, provider), shown_tags(provider.tags)};
  }
};

}  // namespace

api::Operation create_open_id_connect_provider() {
  return api::operation<CreateOpenIDConnectProvider>();
}

}  // namespace coffer::iam_service
