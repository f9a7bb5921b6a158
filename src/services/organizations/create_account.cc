// Makes an account that is a member of the organization, with a role in it that the management account may assume and
// that may do everything there. It is done when the answer comes, which says how it ended. Tags need
// organizations:TagResource as well. IamUserAccessToBilling has no meaning: there are no bills.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
#include "organizations/refusals.h"
#include "organizations/tags.h"
#include "services/organizations/common_accounts.h"
#include "services/organizations/common_tags.h"

namespace coffer::organizations_service {
namespace {

struct CreateAccount : CardBasics {
  static constexpr std::string_view kName = "CreateAccount";
  static constexpr std::string_view kAction = "organizations:CreateAccount";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied,           ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConcurrentModification, ErrorCode::kConstraintViolation,
                                          ErrorCode::kInvalidInput,           ErrorCode::kInternalServiceError};

  struct Request {
    std::string email;
    std::string account_name;
    std::optional<std::string> role_name;
    std::optional<std::string> billing_access;
    std::optional<std::vector<TagEntry>> tags;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::email>("Email", kEmailBounds),
        wire::field<&Request::account_name>("AccountName", kAccountNameBounds),
        wire::field<&Request::role_name>("RoleName", kRoleNameBounds),
        wire::field<&Request::billing_access>("IamUserAccessToBilling", kBillingAccessBounds),
        wire::field<&Request::tags>("Tags")};
  };

  struct Response {
    RequestEntry status;
    static constexpr wire::Field kFields[] = {wire::field<&Response::status>("CreateAccountStatus")};
  };

  static Result<void> check(const Request& request) {
    if (request.role_name && request.role_name->starts_with("AWSServiceRoleFor")) {
      return organizations::invalid_input("You provided a role name that isn't valid.");
    }
    return organizations::check_tags(to_tags(request.tags));
  }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_tag_keys(request.tags, keys);
  }

  static Result<Response> handle(const api::Authorized<CreateAccount>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    COFFER_TRY(permit_tags(authorized));
    const Request& request = authorized.request();
    const organizations::Organization& organization = snapshot->organization();
    COFFER_ASSIGN(AccountId account, draw_account_id(rooms));
    const organizations::WantedAccount wanted{.account = std::move(account),
                                              .name = request.account_name,
                                              .email = request.email,
                                              .role = request.role_name.value_or(std::string(kDefaultRole)),
                                              .tags = to_tags(request.tags)};
    COFFER_ASSIGN(auto status, organizations::begin_request(rooms.organizations, organization.id, wanted));
    if (status.state == organizations::RequestState::kInProgress) {
      COFFER_ASSIGN(status, make_account(rooms, organization, status));
    }
    return Response{request_entry(status)};
  }
};

}  // namespace

api::Operation create_account() {
  return api::operation<CreateAccount>();
}

}  // namespace coffer::organizations_service
