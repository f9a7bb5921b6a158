// Deletes a role that has no policies. Its sessions end.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
#include "iam/roles.h"
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct DeleteRole : NamingCard<OfRole> {
  static constexpr std::string_view kName = "DeleteRole";
  static constexpr std::string_view kAction = "iam:DeleteRole";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity,           ErrorCode::kDeleteConflict,
                                          ErrorCode::kLimitExceeded,          ErrorCode::kUnmodifiableEntity,
                                          ErrorCode::kConcurrentModification, ErrorCode::kInternalServiceError};

  using Response = NoMembers;

  static Result<Response> handle(const api::Authorized<DeleteRole>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::delete_role(rooms.identities, target<OfRole>(authorized)));
    return Response{};
  }
};

}  // namespace

api::Operation delete_role() {
  return api::operation<DeleteRole>();
}

}  // namespace coffer::iam_service
