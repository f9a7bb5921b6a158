// The accounts that manage a service for the organization beside the management account: none, since there are no such
// services here.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListDelegatedAdministrators.html
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"
#include "services/organizations/common_pages.h"

namespace coffer::organizations_service {
namespace {

struct AdministratorEntry {
  std::string id;
  std::string arn;
  std::string email;
  std::string name;
  std::string status;
  std::string state;
  std::string joined_method;
  Time joined;
  Time delegation_enabled;
  static constexpr wire::Field kFields[] = {
      wire::field<&AdministratorEntry::id>("Id"),
      wire::field<&AdministratorEntry::arn>("Arn"),
      wire::field<&AdministratorEntry::email>("Email"),
      wire::field<&AdministratorEntry::name>("Name"),
      wire::field<&AdministratorEntry::status>("Status"),
      wire::field<&AdministratorEntry::state>("State"),
      wire::field<&AdministratorEntry::joined_method>("JoinedMethod"),
      wire::field<&AdministratorEntry::joined>("JoinedTimestamp"),
      wire::field<&AdministratorEntry::delegation_enabled>("DelegationEnabledDate")};
};

struct ListDelegatedAdministrators : CardBasics {
  static constexpr std::string_view kName = "ListDelegatedAdministrators";
  static constexpr std::string_view kAction = "organizations:ListDelegatedAdministrators";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConstraintViolation, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::optional<std::string> service_principal;
    std::optional<std::string> next_token;
    std::optional<int64_t> max_results;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::service_principal>("ServicePrincipal", kServicePrincipalBounds),
        wire::field<&Request::next_token>("NextToken", kNextTokenBounds),
        wire::field<&Request::max_results>("MaxResults", kMaxResultsBounds)};
  };

  struct Response {
    std::vector<AdministratorEntry> administrators;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::administrators>("DelegatedAdministrators"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListDelegatedAdministrators>& authorized, Rooms&) {
    COFFER_TRY(managed_organization(authorized));
    const Request& request = authorized.request();
    COFFER_TRY(decode_page_token({kName, request.next_token, request.max_results}));
    return Response{};
  }
};

}  // namespace

api::Operation list_delegated_administrators() {
  return api::operation<ListDelegatedAdministrators>();
}

}  // namespace coffer::organizations_service
