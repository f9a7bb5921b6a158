// Lets somebody use a key, beside what policies allow. Who was granted CreateGrant may pass on what it has, and no
// more. Difference from AWS: a grant counts at once, with and without its token; services cannot be grantees.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
#include "access/caller_side.h"
#include "services/kms/common.h"
#include "services/kms/common_cryptography.h"
#include "services/kms/common_grants.h"

namespace coffer::kms_service {
namespace {

constexpr std::string_view kOperations[] = {"Decrypt",
                                            "Encrypt",
                                            "GenerateDataKey",
                                            "GenerateDataKeyWithoutPlaintext",
                                            "ReEncryptFrom",
                                            "ReEncryptTo",
                                            "Sign",
                                            "Verify",
                                            "GetPublicKey",
                                            "CreateGrant",
                                            "RetireGrant",
                                            "DescribeKey",
                                            "GenerateDataKeyPair",
                                            "GenerateDataKeyPairWithoutPlaintext",
                                            "GenerateMac",
                                            "VerifyMac",
                                            "DeriveSharedSecret"};
constexpr wire::Constraint kOperationBounds{.values = kOperations};

struct CreateGrant {
  static constexpr std::string_view kName = "CreateGrant";
  static constexpr std::string_view kAction = "kms:CreateGrant";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kDisabled,
                                          ErrorCode::kInvalidArn,     ErrorCode::kInvalidGrantToken,
                                          ErrorCode::kLimitExceeded,  ErrorCode::kKmsInvalidState,
                                          ErrorCode::kDryRunOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::string grantee_principal;
    std::optional<std::string> retiring_principal;
    std::vector<std::string> operations;
    std::optional<ConstraintsEntry> constraints;
    std::optional<std::vector<std::string>> grant_tokens;
    std::optional<std::string> name;
    std::optional<bool> dry_run;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
        wire::field<&Request::grantee_principal>("GranteePrincipal", kPrincipalBounds),
        wire::field<&Request::retiring_principal>("RetiringPrincipal", kPrincipalBounds),
        wire::field<&Request::operations>("Operations", {.item = &kOperationBounds}),
        wire::field<&Request::constraints>("Constraints"),
        wire::field<&Request::grant_tokens>("GrantTokens", kGrantTokensBounds),
        wire::field<&Request::name>("Name", kGrantNameBounds),
        wire::field<&Request::dry_run>("DryRun")};
  };

  struct Response {
    std::string grant_token;
    std::string grant_id;
    static constexpr wire::Field kFields[] = {wire::field<&Response::grant_token>("GrantToken"),
                                              wire::field<&Response::grant_id>("GrantId")};
  };

  static Result<void> check(const Request& request) {
    COFFER_TRY(operations_of(request.operations));
    return check_grant_tokens(request.grant_tokens);
  }

  static Result<kms::NewGrant> grant_of(const Request& request, const kms::KeyName& key, const auth::Caller& caller) {
    COFFER_ASSIGN(const kms::GrantOperations operations, operations_of(request.operations));
    kms::NewGrant grant{.key = key,
                        .grantee = request.grantee_principal,
                        .retiring = std::nullopt,
                        .issuer = caller.account,
                        .name = request.name.value_or(""),
                        .operations = operations,
                        .constraints = constraints_of(request.constraints)};
    if (request.retiring_principal) grant.retiring = *request.retiring_principal;
    return grant;
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    COFFER_ASSIGN(api::Resource resource, key_resource(request.key_id, KeyNames::kKeys, caller, rooms));
    if (resource.found == nullptr) return resource;
    COFFER_ASSIGN(const kms::KeyName key, found_name(resource));
    COFFER_ASSIGN(const kms::NewGrant grant, grant_of(request, key, caller));
    COFFER_ASSIGN(resource.granted, rooms.grants.allow_to_pass_on(access::principal_of(caller), grant));
    return resource;
  }

  static Result<void> keys(const api::Asked<CreateGrant>& asked, api::ConditionKeys& keys) {
    const Request& request = asked.request;
    add_key_id_keys(request.key_id, asked.caller, keys);
    keys.add_list("kms:GrantOperations", {request.operations.begin(), request.operations.end()});
    keys.add("kms:GranteePrincipal", request.grantee_principal);
    keys.add_given("kms:RetiringPrincipal", request.retiring_principal);
    keys.add_flag("kms:GrantIsForAWSResource", false);
    add_constraint_keys(constraints_of(request.constraints), keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<CreateGrant>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_ASSIGN(const kms::NewGrant grant, grant_of(request, key, authorized.caller()));
    COFFER_TRY(rooms.grants.check(grant));
    COFFER_TRY(end_dry_run(request.dry_run));
    COFFER_ASSIGN(kms::GrantReceipt receipt, rooms.grants.create(grant));
    return Response{std::move(receipt.token), std::move(receipt.id)};
  }
};

}  // namespace

api::Operation create_grant() {
  return api::operation<CreateGrant>();
}

}  // namespace coffer::kms_service
