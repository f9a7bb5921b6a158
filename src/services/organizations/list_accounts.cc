// All accounts of the organization, closed ones among them, in the order of their ids.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"
#include "services/organizations/common_pages.h"

namespace coffer::organizations_service {
namespace {

struct ListAccounts : CardBasics {
  static constexpr std::string_view kName = "ListAccounts";
  static constexpr std::string_view kAction = "organizations:ListAccounts";
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
    std::vector<AccountEntry> accounts;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::accounts>("Accounts"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListAccounts>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const Request& request = authorized.request();
    Response response;
    for (const organizations::Node* account : snapshot->accounts())
      response.accounts.push_back(account_entry(*snapshot, *account));
    COFFER_ASSIGN(response.next_token,
                  cut_page(response.accounts, {kName, request.next_token, request.max_results}, &AccountEntry::id));
    return response;
  }
};

}  // namespace

api::Operation list_accounts() {
  return api::operation<ListAccounts>();
}

}  // namespace coffer::organizations_service
