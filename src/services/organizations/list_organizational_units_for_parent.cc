// The units right below the root or a unit.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListOrganizationalUnitsForParent.html
#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"
#include "services/organizations/common_pages.h"

namespace coffer::organizations_service {
namespace {

struct ListOrganizationalUnitsForParent : CardBasics {
  static constexpr std::string_view kName = "ListOrganizationalUnitsForParent";
  static constexpr std::string_view kAction = "organizations:ListOrganizationalUnitsForParent";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kInvalidInput, ErrorCode::kParentNotFound,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string parent_id;
    std::optional<std::string> next_token;
    std::optional<int64_t> max_results;
    static constexpr wire::Field kFields[] = {wire::field<&Request::parent_id>("ParentId", kParentIdBounds),
                                              wire::field<&Request::next_token>("NextToken", kNextTokenBounds),
                                              wire::field<&Request::max_results>("MaxResults", kMaxResultsBounds)};
  };

  struct Response {
    std::vector<UnitEntry> units;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::units>("OrganizationalUnits"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.parent_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListOrganizationalUnitsForParent>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const organizations::Node* const parent = found(authorized.resource()).node;
    if (parent == nullptr) return organizations::parent_not_found();
    const Request& request = authorized.request();
    Response response;
    for (const organizations::Node* unit : snapshot->children(parent->id, NodeKind::kUnit))
      response.units.push_back(unit_entry(*snapshot, *unit));
    const std::string list = std::string(kName) + " " + request.parent_id;
    COFFER_ASSIGN(response.next_token,
                  cut_page(response.units, {list, request.next_token, request.max_results}, &UnitEntry::id));
    return response;
  }
};

}  // namespace

api::Operation list_organizational_units_for_parent() {
  return api::operation<ListOrganizationalUnitsForParent>();
}

}  // namespace coffer::organizations_service
