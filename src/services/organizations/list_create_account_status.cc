// The requests to create accounts of the last 90 days, those in the given states.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListCreateAccountStatus.html
#include <algorithm>

#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"
#include "services/organizations/common_pages.h"

namespace coffer::organizations_service {
namespace {

struct ListCreateAccountStatus : CardBasics {
  static constexpr std::string_view kName = "ListCreateAccountStatus";
  static constexpr std::string_view kAction = "organizations:ListCreateAccountStatus";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kInvalidInput, ErrorCode::kInternalServiceError};

  struct Request {
    std::optional<std::vector<std::string>> states;
    std::optional<std::string> next_token;
    std::optional<int64_t> max_results;
    static constexpr wire::Field kFields[] = {wire::field<&Request::states>("States", kRequestStatesBounds),
                                              wire::field<&Request::next_token>("NextToken", kNextTokenBounds),
                                              wire::field<&Request::max_results>("MaxResults", kMaxResultsBounds)};
  };

  struct Response {
    std::vector<RequestEntry> statuses;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::statuses>("CreateAccountStatuses"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListCreateAccountStatus>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const Request& request = authorized.request();
    const bool shows_all = !request.states || request.states->empty();
    std::string list(kName);
    for (const std::string& state : shows_all ? std::vector<std::string>() : *request.states)
      list.append(1, ' ').append(state);
    Response response;
    for (const organizations::AccountRequest* one : snapshot->requests()) {
      RequestEntry entry = request_entry(*one);
      if (shows_all || std::ranges::find(*request.states, entry.state) != request.states->end()) {
        response.statuses.push_back(std::move(entry));
      }
    }
    COFFER_ASSIGN(response.next_token,
                  cut_page(response.statuses, {list, request.next_token, request.max_results}, &RequestEntry::id));
    return response;
  }
};

}  // namespace

api::Operation list_create_account_status() {
  return api::operation<ListCreateAccountStatus>();
}

}  // namespace coffer::organizations_service
