// Replaces the thumbprints of the certificates that an OIDC provider may show.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateOpenIDConnectProviderThumbprint.html
#include "iam/providers.h"
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct UpdateOpenIDConnectProviderThumbprint {
  static constexpr std::string_view kName = "UpdateOpenIDConnectProviderThumbprint";
  static constexpr std::string_view kAction = "iam:UpdateOpenIDConnectProviderThumbprint";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kConcurrentModification, ErrorCode::kInvalidInput,
                                          ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::vector<std::string> thumbprints;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("OpenIDConnectProviderArn", kArnBounds),
                                              wire::field<&Request::thumbprints>("ThumbprintList", kThumbprintsBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return provider_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<UpdateOpenIDConnectProviderThumbprint>& authorized,
                                 Rooms& rooms) {
    COFFER_TRY(
        iam::update_thumbprints(rooms.identities, target<OfProvider>(authorized), authorized.request().thumbprints));
    return Response{};
  }
};

}  // namespace

api::Operation update_open_id_connect_provider_thumbprint() {
  return api::operation<UpdateOpenIDConnectProviderThumbprint>();
}

}  // namespace coffer::iam_service
