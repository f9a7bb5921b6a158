// Gives temporary credentials of a role. The role's trust policy decides, with the caller's own permissions where that
// asks for them; tags and a source identity, passed or inherited, are permissions of their own.
// Difference from AWS: there are no devices for a second factor, so one that is shown is refused.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
#include "services/sts/common_session.h"

namespace coffer::sts_service {
namespace {

struct AssumeRole {
  static constexpr std::string_view kName = "AssumeRole";
  static constexpr std::string_view kAction = "sts:AssumeRole";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kMalformedPolicyDocument, ErrorCode::kPackedPolicyTooLarge,
                                          ErrorCode::kRegionDisabled, ErrorCode::kExpiredWebIdentityToken};
  static constexpr std::string_view kRefused[] = {"ProvidedContexts"};
  using Rooms = sts_service::Rooms;

  struct Request {
    std::string role_arn;
    std::string role_session_name;
    std::optional<std::vector<PolicyDescriptor>> policy_arns;
    std::optional<std::string> policy;
    std::optional<int64_t> duration_seconds;
    std::optional<std::vector<TagEntry>> tags;
    std::optional<std::vector<std::string>> transitive_tag_keys;
    std::optional<std::string> external_id;
    std::optional<std::string> serial_number;
    std::optional<std::string> token_code;
    std::optional<std::string> source_identity;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::role_arn>("RoleArn", kArnBounds),
        wire::field<&Request::role_session_name>("RoleSessionName", kSessionNameBounds),
        wire::field<&Request::policy_arns>("PolicyArns"),
        wire::field<&Request::policy>("Policy", kUnlimitedPolicyBounds),
        wire::field<&Request::duration_seconds>("DurationSeconds", kRoleDurationBounds),
        wire::field<&Request::tags>("Tags", kTagsBounds),
        wire::field<&Request::transitive_tag_keys>("TransitiveTagKeys", kTagKeysBounds),
        wire::field<&Request::external_id>("ExternalId", kExternalIdBounds),
        wire::field<&Request::serial_number>("SerialNumber", kSerialNumberBounds),
        wire::field<&Request::token_code>("TokenCode", kTokenCodeBounds),
        wire::field<&Request::source_identity>("SourceIdentity", kSessionNameBounds)};
  };

  struct Response {
    Credentials credentials;
    AssumedRoleUser assumed_role_user;
    std::optional<int64_t> packed_policy_size;
    std::optional<std::string> source_identity;
    static constexpr wire::Field kFields[] = {wire::field<&Response::credentials>("Credentials"),
                                              wire::field<&Response::assumed_role_user>("AssumedRoleUser"),
                                              wire::field<&Response::packed_policy_size>("PackedPolicySize"),
                                              wire::field<&Response::source_identity>("SourceIdentity")};
  };

  static Result<void> check(const Request& request) {
    COFFER_TRY(read_tags(request.tags, request.transitive_tag_keys));
    return refuse_second_factor(request.serial_number, request.token_code);
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    COFFER_ASSIGN(api::Resource role, role_resource(request.role_arn, rooms));
    COFFER_TRY(sts::check_may_assume(caller, request.role_arn));
    return role;
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    keys.add("sts:RoleSessionName", request.role_session_name);
    keys.add_given("sts:DurationSeconds", request.duration_seconds);
    keys.add_given("sts:ExternalId", request.external_id);
    keys.add_given("sts:SourceIdentity", request.source_identity);
    add_tag_keys(request.tags, request.transitive_tag_keys, keys);
  }

  // What the session says beside whose it is.
  static Result<void> permit_more(const api::Authorized<AssumeRole>& authorized) {
    const Request& request = authorized.request();
    const sts::Inheritance inherited = sts::inheritance_of(authorized.caller());
    const auto add_keys = [&](api::ConditionKeys& added) { keys(request, authorized.resource(), added); };
    const bool has_tags = (request.tags && !request.tags->empty()) || !inherited.tags.empty();
    if (has_tags) {
      COFFER_TRY(api::Pipeline::permit<action::TagSession>(authorized.authority(), authorized.resource(), add_keys));
    }
    if (request.source_identity || !inherited.source_identity.empty()) {
      COFFER_TRY(
          api::Pipeline::permit<action::SetSourceIdentity>(authorized.authority(), authorized.resource(), add_keys));
    }
    return {};
  }

  static Result<Response> handle(const api::Authorized<AssumeRole>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const auto role, role_of(authorized.resource()));
    COFFER_TRY(permit_more(authorized));
    sts::RoleRequest wanted{.session_name = request.role_session_name,
                            .duration_seconds = request.duration_seconds,
                            .policies = read_policies(request.policy, request.policy_arns),
                            .tags = {},
                            .source_identity = request.source_identity.value_or(""),
                            .federated_provider = {}};
    COFFER_ASSIGN(wanted.tags, read_tags(request.tags, request.transitive_tag_keys));
    COFFER_ASSIGN(sts::RoleSession session, sts::make_role_session(*role, wanted, authorized.caller()));
    Response response;
    if (!session.contents.source_identity.empty()) response.source_identity = session.contents.source_identity;
    COFFER_ASSIGN(sts::IssuedSession issued,
                  rooms.issuer.issue(std::move(session.contents), authorized.now(), session.duration));
    response.packed_policy_size = issued.packed_percent;
    response.assumed_role_user = assumed_role_user(*role, request.role_session_name);
    response.credentials = credentials_of(std::move(issued));
    return response;
  }
};

}  // namespace

api::Operation assume_role() {
  return api::operation<AssumeRole>();
}

}  // namespace coffer::sts_service
