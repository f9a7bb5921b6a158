// Deletes a user that has neither access keys nor groups nor policies.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
#include "iam/users.h"
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct DeleteUser : NamingCard<OfUser> {
  static constexpr std::string_view kName = "DeleteUser";
  static constexpr std::string_view kAction = "iam:DeleteUser";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kLimitExceeded, ErrorCode::kNoSuchEntity,
                                          ErrorCode::kDeleteConflict, ErrorCode::kConcurrentModification,
                                          ErrorCode::kInternalServiceError};

  using Response = NoMembers;

  static Result<Response> handle(const api::Authorized<DeleteUser>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::delete_user(rooms.identities, target<OfUser>(authorized)));
    return Response{};
  }
};

}  // namespace

api::Operation delete_user() {
  return api::operation<DeleteUser>();
}

}  // namespace coffer::iam_service
