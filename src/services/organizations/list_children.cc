// The accounts or the units right below the root or a unit, by their ids.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListChildren.html
#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"
#include "services/organizations/common_pages.h"

namespace coffer::organizations_service {
namespace {

struct ListChildren : CardBasics {
  static constexpr std::string_view kName = "ListChildren";
  static constexpr std::string_view kAction = "organizations:ListChildren";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kInvalidInput, ErrorCode::kParentNotFound,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string parent_id;
    std::string child_type;
    std::optional<std::string> next_token;
    std::optional<int64_t> max_results;
    static constexpr wire::Field kFields[] = {wire::field<&Request::parent_id>("ParentId", kParentIdBounds),
                                              wire::field<&Request::child_type>("ChildType", kChildTypeBounds),
                                              wire::field<&Request::next_token>("NextToken", kNextTokenBounds),
                                              wire::field<&Request::max_results>("MaxResults", kMaxResultsBounds)};
  };

  struct Response {
    std::vector<NodeEntry> children;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::children>("Children"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.parent_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListChildren>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const organizations::Node* const parent = found(authorized.resource()).node;
    if (parent == nullptr) return organizations::parent_not_found();
    const Request& request = authorized.request();
    const NodeKind kind = request.child_type == "ACCOUNT" ? NodeKind::kAccount : NodeKind::kUnit;
    Response response;
    for (const organizations::Node* child : snapshot->children(parent->id, kind))
      response.children.push_back(node_entry(child->id));
    const std::string list = std::string(kName) + " " + request.child_type + " " + request.parent_id;
    COFFER_ASSIGN(response.next_token,
                  cut_page(response.children, {list, request.next_token, request.max_results}, &NodeEntry::id));
    return response;
  }
};

}  // namespace

api::Operation list_children() {
  return api::operation<ListChildren>();
}

}  // namespace coffer::organizations_service
