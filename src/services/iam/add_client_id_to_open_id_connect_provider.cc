// Adds an audience that tokens of an OIDC provider may have.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html
#include "iam/providers.h"
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct AddClientIDToOpenIDConnectProvider {
  static constexpr std::string_view kName = "AddClientIDToOpenIDConnectProvider";
  static constexpr std::string_view kAction = "iam:AddClientIDToOpenIDConnectProvider";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kConcurrentModification, ErrorCode::kInvalidInput,
                                          ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::string client_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("OpenIDConnectProviderArn", kArnBounds),
                                              wire::field<&Request::client_id>("ClientID", kClientIdBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return provider_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<AddClientIDToOpenIDConnectProvider>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::add_client_id(rooms.identities, target<OfProvider>(authorized), authorized.request().client_id));
    return Response{};
  }
};

}  // namespace

api::Operation add_client_id_to_open_id_connect_provider() {
  return api::operation<AddClientIDToOpenIDConnectProvider>();
}

}  // namespace coffer::iam_service
