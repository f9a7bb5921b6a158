// A managed policy, of the account or of AWS, without its text, which GetPolicyVersion gives.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct GetPolicy : NamingCard<OfPolicy> {
  static constexpr std::string_view kName = "GetPolicy";
  static constexpr std::string_view kAction = "iam:GetPolicy";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};

  struct Response {
    PolicyEntry policy;
    static constexpr wire::Field kFields[] = {wire::field<&Response::policy>("Policy")};
  };

  static Result<Response> handle(const api::Authorized<GetPolicy>& authorized, Rooms&) {
    COFFER_ASSIGN(const auto* const policy, found_policy(authorized.resource(), authorized.request().name));
    return Response{policy_entry(*policy->snapshot, *policy->entity, Shown::kAlone)};
  }
};

}  // namespace

api::Operation get_policy() {
  return api::operation<GetPolicy>();
}

}  // namespace coffer::iam_service
