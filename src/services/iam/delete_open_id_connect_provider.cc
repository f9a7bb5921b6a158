// Deletes an OIDC provider. Roles that trust it cannot be assumed with its tokens any more.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html
#include "iam/providers.h"
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct DeleteOpenIDConnectProvider : NamingCard<OfProvider> {
  static constexpr std::string_view kName = "DeleteOpenIDConnectProvider";
  static constexpr std::string_view kAction = "iam:DeleteOpenIDConnectProvider";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidInput, ErrorCode::kNoSuchEntity,
                                          ErrorCode::kInternalServiceError};

  using Response = NoMembers;

  static Result<Response> handle(const api::Authorized<DeleteOpenIDConnectProvider>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::delete_provider(rooms.identities, target<OfProvider>(authorized)));
    return Response{};
  }
};

}  // namespace

api::Operation delete_open_id_connect_provider() {
  return api::operation<DeleteOpenIDConnectProvider>();
}

}  // namespace coffer::iam_service
