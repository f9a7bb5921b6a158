// The condition keys and variables that the policies of a user, group or role look at.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForPrincipalPolicy.html
#include "services/iam/common_policy_source.h"

namespace coffer::iam_service {
namespace {

struct GetContextKeysForPrincipalPolicy {
  static constexpr std::string_view kName = "GetContextKeysForPrincipalPolicy";
  static constexpr std::string_view kAction = "iam:GetContextKeysForPrincipalPolicy";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInvalidInput};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string source;
    std::optional<std::vector<std::string>> policies;
    static constexpr wire::Field kFields[] = {wire::field<&Request::source>("PolicySourceArn", kArnBounds),
                                              wire::field<&Request::policies>("PolicyInputList", kPolicyInputsBounds)};
  };

  struct Response {
    std::vector<std::string> keys;
    static constexpr wire::Field kFields[] = {wire::field<&Response::keys>("ContextKeyNames")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller&, Rooms&) {
    return policy_source_resource(request.source);
  }

  static Result<Response> handle(const api::Authorized<GetContextKeysForPrincipalPolicy>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const auto snapshot, rooms.identities.snapshot(authorized.caller().account));
    PolicySimulation simulation(authorized.caller().account);
    COFFER_TRY(add_policies_of(request.source, *snapshot, simulation));
    COFFER_TRY(simulation.add_inputs(request.policies));
    return Response{simulation.context_keys()};
  }
};

}  // namespace

api::Operation get_context_keys_for_principal_policy() {
  return api::operation<GetContextKeysForPrincipalPolicy>();
}

}  // namespace coffer::iam_service
