// Gives temporary credentials of a role to whoever shows a token of an OIDC provider that the role's account trusts.
// Needs no signature: what the token proves, and the role's trust policy, decide. Verifying may wait for the provider.
// Differences from AWS: tokens are signed by RS256 or ES256, and OAuth 2.0 access tokens (ProviderId) are refused.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
#include "services/sts/common_session.h"

namespace coffer::sts_service {
namespace {

struct AssumeRoleWithWebIdentity {
  static constexpr std::string_view kName = "AssumeRoleWithWebIdentity";
  static constexpr std::string_view kAction = "sts:AssumeRoleWithWebIdentity";
  static constexpr api::Effect kEffect = api::Effect::kWrites;  // waits
  static constexpr ErrorCode kErrors[] = {ErrorCode::kMalformedPolicyDocument, ErrorCode::kPackedPolicyTooLarge,
                                          ErrorCode::kIdpRejectedClaim,        ErrorCode::kIdpCommunication,
                                          ErrorCode::kInvalidIdentityToken,    ErrorCode::kExpiredWebIdentityToken,
                                          ErrorCode::kRegionDisabled};
  static constexpr std::string_view kRefused[] = {"ProviderId"};
  static constexpr bool kUnsigned = true;
  static constexpr std::string_view kRatedBy = "RoleArn";
  using Rooms = sts_service::Rooms;

  struct Request {
    std::string role_arn;
    std::string role_session_name;
    wire::SecretText web_identity_token;
    std::optional<std::string> provider_id;  // refused
    std::optional<std::vector<PolicyDescriptor>> policy_arns;
    std::optional<std::string> policy;
    std::optional<int64_t> duration_seconds;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::role_arn>("RoleArn", kArnBounds),
        wire::field<&Request::role_session_name>("RoleSessionName", kSessionNameBounds),
        wire::field<&Request::web_identity_token>("WebIdentityToken", {.min = 4, .max = 20000}),
        wire::field<&Request::provider_id>("ProviderId", {.min = 4, .max = 2048}),
        wire::field<&Request::policy_arns>("PolicyArns"),
        wire::field<&Request::policy>("Policy", kPolicyBounds),
        wire::field<&Request::duration_seconds>("DurationSeconds", kRoleDurationBounds)};
  };

  struct Response {
    Credentials credentials;
    std::string subject_from_web_identity_token;
    AssumedRoleUser assumed_role_user;
    std::optional<int64_t> packed_policy_size;
    std::string provider;
    std::string audience;
    std::optional<std::string> source_identity;
    static constexpr wire::Field kFields[] = {
        wire::field<&Response::credentials>("Credentials"),
        wire::field<&Response::subject_from_web_identity_token>("SubjectFromWebIdentityToken"),
        wire::field<&Response::assumed_role_user>("AssumedRoleUser"),
        wire::field<&Response::packed_policy_size>("PackedPolicySize"),
        wire::field<&Response::provider>("Provider"),
        wire::field<&Response::audience>("Audience"),
        wire::field<&Response::source_identity>("SourceIdentity")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller&, Rooms& rooms) {
    return role_resource(request.role_arn, rooms);
  }

  static Result<Response> handle(const api::Authorized<AssumeRoleWithWebIdentity>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const std::string_view token =
        request.web_identity_token.bytes.view(SecretAccess("the web identity token is verified"));
    COFFER_ASSIGN(const sts::WebIdentity identity,
                  rooms.web_identities.verify(token, authorized.resource().account, authorized.now()));
    sts::RoleRequest wanted{.session_name = request.role_session_name,
                            .duration_seconds = request.duration_seconds,
                            .policies = read_policies(request.policy, request.policy_arns),
                            .tags = {},
                            .source_identity = identity.token.source_identity,
                            .federated_provider = identity.provider_arn};
    COFFER_ASSIGN(wanted.tags, sts::read_tags(identity.token.tags, identity.token.transitive_tag_keys));
    const auto found = std::static_pointer_cast<const sts::FoundRole>(authorized.resource().found);
    COFFER_TRY(rooms.web_identities.decide({.role_arn = request.role_arn,
                                            .role = found.get(),
                                            .request = wanted,
                                            .identity = identity,
                                            .client = authorized.client(),
                                            .now = authorized.now(),
                                            .request_id = authorized.authority().request_id()}));
    COFFER_ASSIGN(const auto role, role_of(authorized.resource()));
    COFFER_ASSIGN(sts::RoleSession session, sts::make_role_session(*role, wanted, authorized.caller()));
    COFFER_ASSIGN(sts::IssuedSession issued,
                  rooms.issuer.issue(std::move(session.contents), authorized.now(), session.duration));
    Response response;
    response.subject_from_web_identity_token = identity.token.subject;
    response.assumed_role_user = assumed_role_user(*role, request.role_session_name);
    response.packed_policy_size = issued.packed_percent;
    response.provider = identity.provider_arn;
    response.audience = identity.audience;
    if (!wanted.source_identity.empty()) response.source_identity = wanted.source_identity;
    response.credentials = credentials_of(std::move(issued));
    return response;
  }
};

}  // namespace

api::Operation assume_role_with_web_identity() {
  return api::operation<AssumeRoleWithWebIdentity>();
}

}  // namespace coffer::sts_service
