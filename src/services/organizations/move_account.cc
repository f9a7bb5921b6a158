// Puts an account below another unit, or below the root. The caller must be allowed to do so to both, and to the
// account. https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html
#include "organizations/accounts.h"
#include "services/organizations/common.h"

namespace coffer::organizations_service {
namespace {

struct MoveAccount : CardBasics {
  static constexpr std::string_view kName = "MoveAccount";
  static constexpr std::string_view kAction = "organizations:MoveAccount";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied,           ErrorCode::kInvalidInput,
                                          ErrorCode::kSourceParentNotFound,   ErrorCode::kDestinationParentNotFound,
                                          ErrorCode::kDuplicateAccount,       ErrorCode::kAccountNotFound,
                                          ErrorCode::kConcurrentModification, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string account_id;
    std::string source;
    std::string destination;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::account_id>("AccountId", kAccountIdBounds),
        wire::field<&Request::source>("SourceParentId", kParentIdBounds),
        wire::field<&Request::destination>("DestinationParentId", kParentIdBounds)};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.account_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<MoveAccount>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto id, managed_id(authorized));
    const Request& request = authorized.request();
    for (const std::string& parent : {request.source, request.destination})
      COFFER_TRY(permit_also(authorized, node_resource(parent, authorized.caller(), rooms)));
    const organizations::Move move{*AccountId::parse(request.account_id), *NodeId::parse(request.source),
                                   *NodeId::parse(request.destination)};
    COFFER_TRY(organizations::move_account(rooms.organizations, id, move));
    return Response{};
  }
};

}  // namespace

api::Operation move_account() {
  return api::operation<MoveAccount>();
}

}  // namespace coffer::organizations_service
