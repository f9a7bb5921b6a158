// The organization's resource policy, by which it would delegate its management: there is none.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeResourcePolicy.html
#include "services/organizations/common.h"

namespace coffer::organizations_service {
namespace {

struct SummaryEntry {
  std::string id;
  std::string arn;
  static constexpr wire::Field kFields[] = {wire::field<&SummaryEntry::id>("Id"),
                                            wire::field<&SummaryEntry::arn>("Arn")};
};
struct ResourcePolicyEntry {
  SummaryEntry summary;
  std::string content;
  static constexpr wire::Field kFields[] = {wire::field<&ResourcePolicyEntry::summary>("ResourcePolicySummary"),
                                            wire::field<&ResourcePolicyEntry::content>("Content")};
};

struct DescribeResourcePolicy : CardBasics {
  static constexpr std::string_view kName = "DescribeResourcePolicy";
  static constexpr std::string_view kAction = "organizations:DescribeResourcePolicy";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConstraintViolation, ErrorCode::kResourcePolicyNotFound,
                                          ErrorCode::kInternalServiceError};

  using Request = NoMembers;
  struct Response {
    std::optional<ResourcePolicyEntry> policy;
    static constexpr wire::Field kFields[] = {wire::field<&Response::policy>("ResourcePolicy")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DescribeResourcePolicy>& authorized, Rooms&) {
    COFFER_TRY(managed_organization(authorized));
    return Error{ErrorCode::kResourcePolicyNotFound, "The organization has no resource policy."};
  }
};

}  // namespace

api::Operation describe_resource_policy() {
  return api::operation<DescribeResourcePolicy>();
}

}  // namespace coffer::organizations_service
