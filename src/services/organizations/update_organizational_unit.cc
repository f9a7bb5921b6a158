// Gives a unit another name; without one, nothing changes.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdateOrganizationalUnit.html
#include "organizations/refusals.h"
#include "organizations/units.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"

namespace coffer::organizations_service {
namespace {

struct UpdateOrganizationalUnit : CardBasics {
  static constexpr std::string_view kName = "UpdateOrganizationalUnit";
  static constexpr std::string_view kAction = "organizations:UpdateOrganizationalUnit";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied,           ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConcurrentModification, ErrorCode::kDuplicateOrganizationalUnit,
                                          ErrorCode::kInvalidInput,           ErrorCode::kOrganizationalUnitNotFound,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string unit_id;
    std::optional<std::string> name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::unit_id>("OrganizationalUnitId", kUnitIdBounds),
                                              wire::field<&Request::name>("Name", kUnitNameBounds)};
  };

  struct Response {
    UnitEntry unit;
    static constexpr wire::Field kFields[] = {wire::field<&Response::unit>("OrganizationalUnit")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.unit_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<UpdateOrganizationalUnit>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const Request& request = authorized.request();
    const organizations::Node* const unit = found(authorized.resource()).node;
    if (unit == nullptr) return organizations::unit_not_found();
    const organizations::UnitName wanted{unit->id, request.name.value_or(unit->name)};
    COFFER_ASSIGN(const auto renamed,
                  organizations::rename_unit(rooms.organizations, snapshot->organization().id, wanted));
    return Response{unit_entry(*snapshot, renamed)};
  }
};

}  // namespace

api::Operation update_organizational_unit() {
  return api::operation<UpdateOrganizationalUnit>();
}

}  // namespace coffer::organizations_service
