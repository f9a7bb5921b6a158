// Deletes a group that has neither members nor policies.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html
#include "iam/groups.h"
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct DeleteGroup : NamingCard<OfGroup> {
  static constexpr std::string_view kName = "DeleteGroup";
  static constexpr std::string_view kAction = "iam:DeleteGroup";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kDeleteConflict,
                                          ErrorCode::kLimitExceeded, ErrorCode::kInternalServiceError};

  using Response = NoMembers;

  static Result<Response> handle(const api::Authorized<DeleteGroup>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::delete_group(rooms.identities, target<OfGroup>(authorized)));
    return Response{};
  }
};

}  // namespace

api::Operation delete_group() {
  return api::operation<DeleteGroup>();
}

}  // namespace coffer::iam_service
