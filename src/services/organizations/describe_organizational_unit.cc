// A unit.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganizationalUnit.html
#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"

namespace coffer::organizations_service {
namespace {

struct DescribeOrganizationalUnit : CardBasics {
  static constexpr std::string_view kName = "DescribeOrganizationalUnit";
  static constexpr std::string_view kAction = "organizations:DescribeOrganizationalUnit";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kInvalidInput, ErrorCode::kOrganizationalUnitNotFound,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string unit_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::unit_id>("OrganizationalUnitId", kUnitIdBounds)};
  };

  struct Response {
    UnitEntry unit;
    static constexpr wire::Field kFields[] = {wire::field<&Response::unit>("OrganizationalUnit")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.unit_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DescribeOrganizationalUnit>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const organizations::Node* const unit = found(authorized.resource()).node;
    if (unit == nullptr) return organizations::unit_not_found();
    return Response{unit_entry(*snapshot, *unit)};
  }
};

}  // namespace

api::Operation describe_organizational_unit() {
  return api::operation<DescribeOrganizationalUnit>();
}

}  // namespace coffer::organizations_service
