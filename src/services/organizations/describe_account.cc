// An account of the organization.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeAccount.html
#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"

namespace coffer::organizations_service {
namespace {

struct DescribeAccount : CardBasics {
  static constexpr std::string_view kName = "DescribeAccount";
  static constexpr std::string_view kAction = "organizations:DescribeAccount";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAccountNotFound,
                                          ErrorCode::kAwsOrganizationsNotInUse, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string account_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::account_id>("AccountId", kAccountIdBounds)};
  };

  struct Response {
    AccountEntry account;
    static constexpr wire::Field kFields[] = {wire::field<&Response::account>("Account")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.account_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DescribeAccount>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const organizations::Node* const account = found(authorized.resource()).node;
    if (account == nullptr) return organizations::account_not_found();
    return Response{account_entry(*snapshot, *account)};
  }
};

}  // namespace

api::Operation describe_account() {
  return api::operation<DescribeAccount>();
}

}  // namespace coffer::organizations_service
