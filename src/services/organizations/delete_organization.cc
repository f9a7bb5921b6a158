// Deletes the organization with its units and policies, once no other account than the management account is in it.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganization.html
#include "organizations/lifecycle.h"
#include "services/organizations/common.h"

namespace coffer::organizations_service {
namespace {

struct DeleteOrganization : CardBasics {
  static constexpr std::string_view kName = "DeleteOrganization";
  static constexpr std::string_view kAction = "organizations:DeleteOrganization";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied,           ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConcurrentModification, ErrorCode::kConstraintViolation,
                                          ErrorCode::kInvalidInput,           ErrorCode::kOrganizationNotEmpty,
                                          ErrorCode::kInternalServiceError};

  using Request = NoMembers;
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DeleteOrganization>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto id, managed_id(authorized));
    COFFER_TRY(organizations::delete_organization(rooms.organizations, id));
    return Response{};
  }
};

}  // namespace

api::Operation delete_organization() {
  return api::operation<DeleteOrganization>();
}

}  // namespace coffer::organizations_service
