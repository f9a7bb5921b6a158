// What policies that the request brings would decide. Nothing is done.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
#include "services/iam/common_simulation.h"

namespace coffer::iam_service {
namespace {

struct SimulateCustomPolicy {
  static constexpr std::string_view kName = "SimulateCustomPolicy";
  static constexpr std::string_view kAction = "iam:SimulateCustomPolicy";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidInput};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::vector<std::string> policies;
    std::optional<std::vector<std::string>> boundaries;
    std::vector<std::string> actions;
    std::optional<std::vector<std::string>> resources;
    std::optional<std::string> resource_policy;
    std::optional<std::string> resource_owner;
    std::optional<std::string> caller;
    std::optional<std::vector<ContextEntry>> context;
    std::optional<std::string> resource_handling;
    std::optional<int64_t> max_items;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::policies>("PolicyInputList", kPolicyInputsBounds),
        wire::field<&Request::boundaries>("PermissionsBoundaryPolicyInputList", kPolicyInputsBounds),
        wire::field<&Request::actions>("ActionNames", kActionNamesBounds),
        wire::field<&Request::resources>("ResourceArns", kResourceArnsBounds),
        wire::field<&Request::resource_policy>("ResourcePolicy", kPolicyTextBounds),
        wire::field<&Request::resource_owner>("ResourceOwner", kResourceNameBounds),
        wire::field<&Request::caller>("CallerArn", kResourceNameBounds),
        wire::field<&Request::context>("ContextEntries"),
        wire::field<&Request::resource_handling>("ResourceHandlingOption", kResourceHandlingBounds),
        wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds),
        wire::field<&Request::marker>("Marker", kMarkerBounds)};
  };
  using Response = SimulationResponse;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return account_resource(caller);
  }

  static Result<Response> handle(const api::Authorized<SimulateCustomPolicy>& authorized, Rooms&) {
    const Request& request = authorized.request();
    PolicySimulation simulation(authorized.caller().account);
    COFFER_TRY(simulation.add_inputs(request.policies));
    COFFER_TRY(simulation.set_boundaries(request.boundaries));
    return simulation.run({request.actions,
                           request.resources,
                           request.resource_policy,
                           request.resource_owner,
                           request.caller,
                           request.context,
                           {request.marker, request.max_items}});
  }
};

}  // namespace

api::Operation simulate_custom_policy() {
  return api::operation<SimulateCustomPolicy>();
}

}  // namespace coffer::iam_service
