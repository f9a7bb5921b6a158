// The condition keys and variables that policies look at.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html
#include "services/iam/common_simulation.h"

namespace coffer::iam_service {
namespace {

struct GetContextKeysForCustomPolicy {
  static constexpr std::string_view kName = "GetContextKeysForCustomPolicy";
  static constexpr std::string_view kAction = "iam:GetContextKeysForCustomPolicy";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidInput};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::vector<std::string> policies;
    static constexpr wire::Field kFields[] = {wire::field<&Request::policies>("PolicyInputList", kPolicyInputsBounds)};
  };

  struct Response {
    std::vector<std::string> keys;
    static constexpr wire::Field kFields[] = {wire::field<&Response::keys>("ContextKeyNames")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return account_resource(caller);
  }

  static Result<Response> handle(const api::Authorized<GetContextKeysForCustomPolicy>& authorized, Rooms&) {
    PolicySimulation simulation(authorized.caller().account);
    COFFER_TRY(simulation.add_inputs(authorized.request().policies));
    return Response{simulation.context_keys()};
  }
};

}  // namespace

api::Operation get_context_keys_for_custom_policy() {
  return api::operation<GetContextKeysForCustomPolicy>();
}

}  // namespace coffer::iam_service
