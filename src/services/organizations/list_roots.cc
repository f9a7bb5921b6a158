// The root of the organization, of which there is one, and the types of policies that are enabled in it.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListRoots.html
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"
#include "services/organizations/common_pages.h"

namespace coffer::organizations_service {
namespace {

struct ListRoots : CardBasics {
  static constexpr std::string_view kName = "ListRoots";
  static constexpr std::string_view kAction = "organizations:ListRoots";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kInvalidInput, ErrorCode::kInternalServiceError};

  struct Request {
    std::optional<std::string> next_token;
    std::optional<int64_t> max_results;
    static constexpr wire::Field kFields[] = {wire::field<&Request::next_token>("NextToken", kNextTokenBounds),
                                              wire::field<&Request::max_results>("MaxResults", kMaxResultsBounds)};
  };

  struct Response {
    std::vector<RootEntry> roots;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::roots>("Roots"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListRoots>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const Request& request = authorized.request();
    Response response;
    response.roots.push_back(root_entry(*snapshot));
    COFFER_ASSIGN(response.next_token,
                  cut_page(response.roots, {kName, request.next_token, request.max_results}, &RootEntry::id));
    return response;
  }
};

}  // namespace

api::Operation list_roots() {
  return api::operation<ListRoots>();
}

}  // namespace coffer::organizations_service
