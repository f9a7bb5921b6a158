// Makes a unit below the root or another unit. Tags need organizations:TagResource as well.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganizationalUnit.html
#include "organizations/tags.h"
#include "organizations/units.h"
#include "services/organizations/common_tags.h"

namespace coffer::organizations_service {
namespace {

struct CreateOrganizationalUnit : CardBasics {
  static constexpr std::string_view kName = "CreateOrganizationalUnit";
  static constexpr std::string_view kAction = "organizations:CreateOrganizationalUnit";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {
      ErrorCode::kAccessDenied,        ErrorCode::kAwsOrganizationsNotInUse,    ErrorCode::kConcurrentModification,
      ErrorCode::kConstraintViolation, ErrorCode::kDuplicateOrganizationalUnit, ErrorCode::kInvalidInput,
      ErrorCode::kParentNotFound,      ErrorCode::kInternalServiceError};

  struct Request {
    std::string parent_id;
    std::string name;
    std::optional<std::vector<TagEntry>> tags;
    static constexpr wire::Field kFields[] = {wire::field<&Request::parent_id>("ParentId", kParentIdBounds),
                                              wire::field<&Request::name>("Name", kUnitNameBounds),
                                              wire::field<&Request::tags>("Tags")};
  };

  struct Response {
    UnitEntry unit;
    static constexpr wire::Field kFields[] = {wire::field<&Response::unit>("OrganizationalUnit")};
  };

  static Result<void> check(const Request& request) { return organizations::check_tags(to_tags(request.tags)); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.parent_id, caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_tag_keys(request.tags, keys);
  }

  static Result<Response> handle(const api::Authorized<CreateOrganizationalUnit>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    COFFER_TRY(permit_tags(authorized));
    const Request& request = authorized.request();
    const organizations::NewUnit wanted{*NodeId::parse(request.parent_id), request.name, to_tags(request.tags)};
    COFFER_ASSIGN(const auto made,
                  organizations::create_unit(rooms.organizations, snapshot->organization().id, wanted));
    return Response{unit_entry(*snapshot, made)};
  }
};

}  // namespace

api::Operation create_organizational_unit() {
  return api::operation<CreateOrganizationalUnit>();
}

}  // namespace coffer::organizations_service
