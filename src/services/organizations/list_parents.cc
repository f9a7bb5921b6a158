// The root or the unit that an account or a unit is in: one.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListParents.html
#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"
#include "services/organizations/common_pages.h"

namespace coffer::organizations_service {
namespace {

struct ListParents : CardBasics {
  static constexpr std::string_view kName = "ListParents";
  static constexpr std::string_view kAction = "organizations:ListParents";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kChildNotFound, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string child_id;
    std::optional<std::string> next_token;
    std::optional<int64_t> max_results;
    static constexpr wire::Field kFields[] = {wire::field<&Request::child_id>("ChildId", kChildIdBounds),
                                              wire::field<&Request::next_token>("NextToken", kNextTokenBounds),
                                              wire::field<&Request::max_results>("MaxResults", kMaxResultsBounds)};
  };

  struct Response {
    std::vector<NodeEntry> parents;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::parents>("Parents"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.child_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListParents>& authorized, Rooms&) {
    COFFER_TRY(managed_organization(authorized));
    const organizations::Node* const child = found(authorized.resource()).node;
    if (child == nullptr) return organizations::child_not_found();
    const Request& request = authorized.request();
    Response response;
    response.parents.push_back(node_entry(child->parent));
    const std::string list = std::string(kName) + " " + request.child_id;
    COFFER_ASSIGN(response.next_token,
                  cut_page(response.parents, {list, request.next_token, request.max_results}, &NodeEntry::id));
    return response;
  }
};

}  // namespace

api::Operation list_parents() {
  return api::operation<ListParents>();
}

}  // namespace coffer::organizations_service
