// What became of a request to create an account, for 90 days.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeCreateAccountStatus.html
#include "services/organizations/common.h"
#include "services/organizations/common_accounts.h"
#include "services/organizations/common_entries.h"

namespace coffer::organizations_service {
namespace {

struct DescribeCreateAccountStatus : CardBasics {
  static constexpr std::string_view kName = "DescribeCreateAccountStatus";
  static constexpr std::string_view kAction = "organizations:DescribeCreateAccountStatus";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kCreateAccountStatusNotFound, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string request_id;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::request_id>("CreateAccountRequestId", kRequestIdBounds)};
  };

  struct Response {
    RequestEntry status;
    static constexpr wire::Field kFields[] = {wire::field<&Response::status>("CreateAccountStatus")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DescribeCreateAccountStatus>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const auto* const status = snapshot->request(*organizations::RequestId::parse(authorized.request().request_id));
    if (status == nullptr) return organizations::request_not_found();
    return Response{request_entry(*status)};
  }
};

}  // namespace

api::Operation describe_create_account_status() {
  return api::operation<DescribeCreateAccountStatus>();
}

}  // namespace coffer::organizations_service
