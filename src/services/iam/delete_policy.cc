// Deletes a managed policy that nobody has, with its only version.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
#include "iam/policies.h"
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct DeletePolicy : NamingCard<OfPolicy> {
  static constexpr std::string_view kName = "DeletePolicy";
  static constexpr std::string_view kAction = "iam:DeletePolicy";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded, ErrorCode::kInvalidInput,
                                          ErrorCode::kDeleteConflict, ErrorCode::kInternalServiceError};

  using Response = NoMembers;

  static Result<Response> handle(const api::Authorized<DeletePolicy>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::delete_policy(rooms.identities, target<OfPolicy>(authorized)));
    return Response{};
  }
};

}  // namespace

api::Operation delete_policy() {
  return api::operation<DeletePolicy>();
}

}  // namespace coffer::iam_service
