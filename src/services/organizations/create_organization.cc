// Makes an organization of which the caller's account is the management account, with all features and no type of
// policies enabled. Accounts here have no email address of their own: the management account gets one that leads
// nowhere. Consolidated billing alone is refused: there are no bills.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html
#include "organizations/lifecycle.h"
#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"

namespace coffer::organizations_service {
namespace {

struct CreateOrganization : CardBasics {
  static constexpr std::string_view kName = "CreateOrganization";
  static constexpr std::string_view kAction = "organizations:CreateOrganization";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied,           ErrorCode::kAlreadyInOrganization,
                                          ErrorCode::kConcurrentModification, ErrorCode::kConstraintViolation,
                                          ErrorCode::kInvalidInput,           ErrorCode::kInternalServiceError};

  struct Request {
    std::optional<std::string> feature_set;
    static constexpr wire::Field kFields[] = {wire::field<&Request::feature_set>("FeatureSet", kFeatureSetBounds)};
  };

  struct Response {
    OrganizationEntry organization;
    static constexpr wire::Field kFields[] = {wire::field<&Response::organization>("Organization")};
  };

  static Result<void> check(const Request& request) {
    if (request.feature_set.value_or("ALL") == "ALL") return {};
    return organizations::invalid_input("FeatureSet CONSOLIDATED_BILLING is not supported: there are no bills.");
  }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<CreateOrganization>& authorized, Rooms& rooms) {
    const AccountId& account = authorized.caller().account;
    COFFER_ASSIGN(const auto described, rooms.accounts.describe(account));
    const organizations::NewOrganization wanted{.management_account = account,
                                                .name = described ? described->name : account.text(),
                                                .email = account.text() + "@accounts.invalid"};
    COFFER_ASSIGN(const auto made, organizations::create_organization(rooms.organizations, wanted));
    COFFER_ASSIGN(const auto snapshot, rooms.organizations.parts().cache.snapshot(made.id));
    // Deleted by somebody else meanwhile.
    if (snapshot == nullptr) return organizations::concurrent_modification();
    return Response{entry_of(*snapshot)};
  }
};

}  // namespace

api::Operation create_organization() {
  return api::operation<CreateOrganization>();
}

}  // namespace coffer::organizations_service
