// The AWS services that the organization trusts: none, since none exist here that would need to be.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAWSServiceAccessForOrganization.html
#include "services/organizations/common.h"
#include "services/organizations/common_pages.h"

namespace coffer::organizations_service {
namespace {

struct ServiceEntry {
  std::string service_principal;
  Time date_enabled;
  static constexpr wire::Field kFields[] = {wire::field<&ServiceEntry::service_principal>("ServicePrincipal"),
                                            wire::field<&ServiceEntry::date_enabled>("DateEnabled")};
};

struct ListAWSServiceAccessForOrganization : CardBasics {
  static constexpr std::string_view kName = "ListAWSServiceAccessForOrganization";
  static constexpr std::string_view kAction = "organizations:ListAWSServiceAccessForOrganization";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConstraintViolation, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::optional<std::string> next_token;
    std::optional<int64_t> max_results;
    static constexpr wire::Field kFields[] = {wire::field<&Request::next_token>("NextToken", kNextTokenBounds),
                                              wire::field<&Request::max_results>("MaxResults", kMaxResultsBounds)};
  };

  struct Response {
    std::vector<ServiceEntry> services;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::services>("EnabledServicePrincipals"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListAWSServiceAccessForOrganization>& authorized, Rooms&) {
    COFFER_TRY(managed_organization(authorized));
    const Request& request = authorized.request();
    COFFER_TRY(decode_page_token({kName, request.next_token, request.max_results}));
    return Response{};
  }
};

}  // namespace

api::Operation list_aws_service_access_for_organization() {
  return api::operation<ListAWSServiceAccessForOrganization>();
}

}  // namespace coffer::organizations_service
