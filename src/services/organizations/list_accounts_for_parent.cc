// The accounts right below the root or a unit, closed ones among them.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsForParent.html
#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"
#include "services/organizations/common_pages.h"

namespace coffer::organizations_service {
namespace {

struct ListAccountsForParent : CardBasics {
  static constexpr std::string_view kName = "ListAccountsForParent";
  static constexpr std::string_view kAction = "organizations:ListAccountsForParent";
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
    std::vector<AccountEntry> accounts;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::accounts>("Accounts"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.parent_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListAccountsForParent>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const organizations::Node* const parent = found(authorized.resource()).node;
    if (parent == nullptr) return organizations::parent_not_found();
    const Request& request = authorized.request();
    Response response;
    for (const organizations::Node* account : snapshot->children(parent->id, NodeKind::kAccount))
      response.accounts.push_back(account_entry(*snapshot, *account));
    const std::string list = std::string(kName) + " " + request.parent_id;
    COFFER_ASSIGN(response.next_token,
                  cut_page(response.accounts, {list, request.next_token, request.max_results}, &AccountEntry::id));
    return response;
  }
};

}  // namespace

api::Operation list_accounts_for_parent() {
  return api::operation<ListAccountsForParent>();
}

}  // namespace coffer::organizations_service
