// A role, with its trust policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct GetRole : NamingCard<OfRole> {
  static constexpr std::string_view kName = "GetRole";
  static constexpr std::string_view kAction = "iam:GetRole";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};

  struct Response {
    RoleEntry role;
    static constexpr wire::Field kFields[] = {wire::field<&Response::role>("Role")};
  };

  static Result<Response> handle(const api::Authorized<GetRole>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto* const role, found_role(authorized.resource(), authorized.request().name));
    COFFER_ASSIGN(RoleEntry entry, role_entry(authorized.caller().account, *role->entity, Shown::kAlone, rooms));
    return Response{std::move(entry)};
  }
};

}  // namespace

api::Operation get_role() {
  return api::operation<GetRole>();
}

}  // namespace coffer::iam_service
