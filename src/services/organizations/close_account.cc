// Closes an account for good: it stays in the organization, suspended, and none of its access keys and sessions is
// known any more. What it has stays. It is done when the answer comes.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html
#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_accounts.h"

namespace coffer::organizations_service {
namespace {

struct CloseAccount : CardBasics {
  static constexpr std::string_view kName = "CloseAccount";
  static constexpr std::string_view kAction = "organizations:CloseAccount";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied,           ErrorCode::kAccountAlreadyClosed,
                                          ErrorCode::kAccountNotFound,        ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConcurrentModification, ErrorCode::kConstraintViolation,
                                          ErrorCode::kInvalidInput,           ErrorCode::kInternalServiceError};

  struct Request {
    std::string account_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::account_id>("AccountId", kAccountIdBounds)};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.account_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<CloseAccount>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto id, managed_id(authorized));
    const organizations::Node* const member = found(authorized.resource()).node;
    if (member == nullptr) return organizations::account_not_found();
    COFFER_TRY(close_member(rooms, id, *member));
    return Response{};
  }
};

}  // namespace

api::Operation close_account() {
  return api::operation<CloseAccount>();
}

}  // namespace coffer::organizations_service
