// Gives temporary credentials of somebody the caller vouches for, with the caller's permissions as far as the session's
// policies allow them; without such policies, with none.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
#include "services/sts/common_session.h"
#include "sts/arns.h"
#include "sts/user_session.h"

namespace coffer::sts_service {
namespace {

struct FederatedUser {
  std::string federated_user_id;
  std::string arn;
  static constexpr wire::Field kFields[] = {wire::field<&FederatedUser::federated_user_id>("FederatedUserId"),
                                            wire::field<&FederatedUser::arn>("Arn")};
};

struct GetFederationToken {
  static constexpr std::string_view kName = "GetFederationToken";
  static constexpr std::string_view kAction = "sts:GetFederationToken";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kMalformedPolicyDocument, ErrorCode::kPackedPolicyTooLarge,
                                          ErrorCode::kRegionDisabled};
  using Rooms = sts_service::Rooms;

  struct Request {
    std::string name;
    std::optional<std::string> policy;
    std::optional<std::vector<PolicyDescriptor>> policy_arns;
    std::optional<int64_t> duration_seconds;
    std::optional<std::vector<TagEntry>> tags;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::name>("Name", kFederatedNameBounds),
        wire::field<&Request::policy>("Policy", kPolicyBounds), wire::field<&Request::policy_arns>("PolicyArns"),
        wire::field<&Request::duration_seconds>("DurationSeconds", kUserDurationBounds),
        wire::field<&Request::tags>("Tags", kTagsBounds)};
  };

  struct Response {
    Credentials credentials;
    FederatedUser federated_user;
    int64_t packed_policy_size = 0;
    static constexpr wire::Field kFields[] = {wire::field<&Response::credentials>("Credentials"),
                                              wire::field<&Response::federated_user>("FederatedUser"),
                                              wire::field<&Response::packed_policy_size>("PackedPolicySize")};
  };

  static Result<void> check(const Request& request) {
    COFFER_TRY(read_tags(request.tags, std::nullopt));
    return {};
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms&) {
    COFFER_TRY(sts::refuse_session(caller, kName));
    return api::Resource{.name = sts::federated_user_arn(caller.account, request.name), .account = caller.account};
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_tag_keys(request.tags, std::nullopt, keys);
  }

  static Result<Response> handle(const api::Authorized<GetFederationToken>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const auth::Caller& caller = authorized.caller();
    if (request.tags && !request.tags->empty()) {
      COFFER_TRY(api::Pipeline::permit<action::TagSession>(
          authorized.authority(), authorized.resource(),
          [&](api::ConditionKeys& added) { keys(request, authorized.resource(), added); }));
    }
    sts::FederationRequest wanted{request.name, read_policies(request.policy, request.policy_arns), {}};
    COFFER_ASSIGN(wanted.tags, read_tags(request.tags, std::nullopt));
    COFFER_ASSIGN(const iam::SnapshotPointer account, rooms.identities.snapshot(caller.account));
    COFFER_TRY(sts::check_policies(wanted.policies, *account));
    COFFER_ASSIGN(sts::IssuedSession issued,
                  rooms.issuer.issue(sts::make_federated_session(wanted, caller), authorized.now(),
                                     sts::user_session_duration(request.duration_seconds, caller)));
    Response response;
    response.packed_policy_size = issued.packed_percent.value_or(0);
    response.federated_user = {caller.account.text() + ":" + request.name, authorized.resource().name};
    response.credentials = credentials_of(std::move(issued));
    return response;
  }
};

}  // namespace

api::Operation get_federation_token() {
  return api::operation<GetFederationToken>();
}

}  // namespace coffer::sts_service
