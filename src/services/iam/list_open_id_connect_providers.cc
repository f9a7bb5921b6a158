// The OIDC providers that the account trusts.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviders.html
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct ListOpenIDConnectProviders {
  static constexpr std::string_view kName = "ListOpenIDConnectProviders";
  static constexpr std::string_view kAction = "iam:ListOpenIDConnectProviders";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  using Request = NoMembers;

  struct Entry {
    std::string arn;
    static constexpr wire::Field kFields[] = {wire::field<&Entry::arn>("Arn")};
  };
  struct Response {
    std::vector<Entry> providers;
    static constexpr wire::Field kFields[] = {wire::field<&Response::providers>("OpenIDConnectProviderList")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return account_resource(caller);
  }

  static Result<Response> handle(const api::Authorized<ListOpenIDConnectProviders>& authorized, Rooms& rooms) {
    const AccountId& account = authorized.caller().account;
    COFFER_ASSIGN(const auto snapshot, rooms.identities.snapshot(account));
    Response response;
    for (const auto& provider : snapshot->entities().providers)
      response.providers.push_back({iam::arn_of(account, *provider)});
    return response;
  }
};

}  // namespace

api::Operation list_open_id_connect_providers() {
  return api::operation<ListOpenIDConnectProviders>();
}

}  // namespace coffer::iam_service
