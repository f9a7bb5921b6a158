// Takes the caller's own account out of its organization.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_LeaveOrganization.html
#include "organizations/accounts.h"
#include "services/organizations/common.h"

namespace coffer::organizations_service {
namespace {

struct LeaveOrganization : CardBasics {
  static constexpr std::string_view kName = "LeaveOrganization";
  static constexpr std::string_view kAction = "organizations:LeaveOrganization";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {
      ErrorCode::kAccessDenied,           ErrorCode::kAccountNotFound,     ErrorCode::kAwsOrganizationsNotInUse,
      ErrorCode::kConcurrentModification, ErrorCode::kConstraintViolation, ErrorCode::kInvalidInput,
      ErrorCode::kMasterCannotLeave,      ErrorCode::kInternalServiceError};

  using Request = NoMembers;
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<LeaveOrganization>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, own_organization(authorized.resource()));
    COFFER_TRY(
        organizations::remove_account(rooms.organizations, snapshot->organization().id, authorized.caller().account));
    return Response{};
  }
};

}  // namespace

api::Operation leave_organization() {
  return api::operation<LeaveOrganization>();
}

}  // namespace coffer::organizations_service
