// The organization of the caller's account, whether that manages it or not. All types of policies that exist here are
// available.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"

namespace coffer::organizations_service {
namespace {

struct DescribeOrganization : CardBasics {
  static constexpr std::string_view kName = "DescribeOrganization";
  static constexpr std::string_view kAction = "organizations:DescribeOrganization";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConcurrentModification, ErrorCode::kInternalServiceError};

  using Request = NoMembers;
  struct Response {
    OrganizationEntry organization;
    static constexpr wire::Field kFields[] = {wire::field<&Response::organization>("Organization")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DescribeOrganization>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, own_organization(authorized.resource()));
    return Response{entry_of(*snapshot)};
  }
};

}  // namespace

api::Operation describe_organization() {
  return api::operation<DescribeOrganization>();
}

}  // namespace coffer::organizations_service
