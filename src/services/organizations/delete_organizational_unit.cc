// Deletes a unit in which there is neither an account nor another unit.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganizationalUnit.html
#include "organizations/units.h"
#include "services/organizations/common.h"

namespace coffer::organizations_service {
namespace {

struct DeleteOrganizationalUnit : CardBasics {
  static constexpr std::string_view kName = "DeleteOrganizationalUnit";
  static constexpr std::string_view kAction = "organizations:DeleteOrganizationalUnit";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {
      ErrorCode::kAccessDenied,        ErrorCode::kAwsOrganizationsNotInUse,   ErrorCode::kConcurrentModification,
      ErrorCode::kInvalidInput,        ErrorCode::kOrganizationalUnitNotEmpty, ErrorCode::kOrganizationalUnitNotFound,
      ErrorCode::kInternalServiceError};

  struct Request {
    std::string unit_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::unit_id>("OrganizationalUnitId", kUnitIdBounds)};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.unit_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DeleteOrganizationalUnit>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto id, managed_id(authorized));
    COFFER_TRY(organizations::delete_unit(rooms.organizations, id, *NodeId::parse(authorized.request().unit_id)));
    return Response{};
  }
};

}  // namespace

api::Operation delete_organizational_unit() {
  return api::operation<DeleteOrganizationalUnit>();
}

}  // namespace coffer::organizations_service
