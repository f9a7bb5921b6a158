// Takes an account out of the organization. It stays as it is, and nothing of the organization limits it any more; its
// tags there are gone.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_RemoveAccountFromOrganization.html
#include "organizations/accounts.h"
#include "services/organizations/common.h"

namespace coffer::organizations_service {
namespace {

struct RemoveAccountFromOrganization : CardBasics {
  static constexpr std::string_view kName = "RemoveAccountFromOrganization";
  static constexpr std::string_view kAction = "organizations:RemoveAccountFromOrganization";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {
      ErrorCode::kAccessDenied,           ErrorCode::kAccountNotFound,     ErrorCode::kAwsOrganizationsNotInUse,
      ErrorCode::kConcurrentModification, ErrorCode::kConstraintViolation, ErrorCode::kInvalidInput,
      ErrorCode::kMasterCannotLeave,      ErrorCode::kInternalServiceError};

  struct Request {
    std::string account_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::account_id>("AccountId", kAccountIdBounds)};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.account_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<RemoveAccountFromOrganization>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto id, managed_id(authorized));
    const AccountId account = *AccountId::parse(authorized.request().account_id);
    COFFER_TRY(organizations::remove_account(rooms.organizations, id, account));
    return Response{};
  }
};

}  // namespace

api::Operation remove_account_from_organization() {
  return api::operation<RemoveAccountFromOrganization>();
}

}  // namespace coffer::organizations_service
