// Ends a grant that is no longer needed: for its retiring principal, for its grantee if it lists RetireGrant, for whom
// the policies of the account that issued it allow it, and for whom the key's policy does. Named by its token, or by
// key and id. https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html
#include "access/caller_side.h"
#include "services/kms/common.h"
#include "services/kms/common_cryptography.h"
#include "services/kms/common_grants.h"

namespace coffer::kms_service {
namespace {

struct RetireGrant {
  static constexpr std::string_view kName = "RetireGrant";
  static constexpr std::string_view kAction = "kms:RetireGrant";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidArn,      ErrorCode::kInvalidGrantToken,
                                          ErrorCode::kInvalidGrantId,  ErrorCode::kNotFoundOnWire,
                                          ErrorCode::kKmsInvalidState, ErrorCode::kDryRunOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::optional<std::string> grant_token;
    std::optional<std::string> key_id;
    std::optional<std::string> grant_id;
    std::optional<bool> dry_run;
    static constexpr wire::Field kFields[] = {wire::field<&Request::grant_token>("GrantToken", kGrantTokenBounds),
                                              wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
                                              wire::field<&Request::grant_id>("GrantId", kGrantIdBounds),
                                              wire::field<&Request::dry_run>("DryRun")};
  };

  using Response = NoMembers;

  static Result<void> check(const Request& request) {
    if (request.grant_token || (request.key_id && request.grant_id)) return {};
    return Error{ErrorCode::kValidation, "Grant token OR (grant ID and key ID) must be specified"};
  }

  // The key and the id of the grant.
  struct Named {
    api::Resource key;
    std::string grant_id;
  };
  static Result<Named> named(const Request& request, const auth::Caller& caller, const Rooms& rooms) {
    if (!request.grant_token) {
      COFFER_ASSIGN(api::Resource key, key_resource(*request.key_id, KeyNames::kKeys, caller, rooms));
      return Named{std::move(key), *request.grant_id};
    }
    COFFER_ASSIGN(const kms::GrantName grant, kms::Grants::parse_token(*request.grant_token));
    COFFER_ASSIGN(api::Resource key, key_resource(grant.key, rooms));
    return Named{std::move(key), grant.id};
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    COFFER_ASSIGN(Named name, named(request, caller, rooms));
    if (name.key.found == nullptr) return name.key;
    COFFER_ASSIGN(const kms::KeyName key, found_name(name.key));
    COFFER_ASSIGN(const auto grant, rooms.grants.find({key, name.grant_id}));
    if (grant) name.key.granted = kms::may_retire(*grant, access::principal_of(caller));
    return name.key;
  }

  static Result<void> keys(const api::Asked<RetireGrant>& asked, api::ConditionKeys& keys) {
    add_caller_keys(asked.caller, keys);
    if (asked.resource.found == nullptr) return {};
    COFFER_ASSIGN(const Named name, named(asked.request, asked.caller, asked.rooms));
    COFFER_ASSIGN(const kms::KeyName key, found_name(asked.resource));
    COFFER_ASSIGN(const auto grant, asked.rooms.grants.find({key, name.grant_id}));
    if (grant) add_constraint_keys(grant->constraints, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<RetireGrant>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_ASSIGN(const Named name, named(request, authorized.caller(), rooms));
    COFFER_TRY(find_grant({key, name.grant_id}, rooms));
    COFFER_TRY(end_dry_run(request.dry_run));
    COFFER_TRY(rooms.grants.remove({key, name.grant_id}));
    return Response{};
  }
};

}  // namespace

api::Operation retire_grant() {
  return api::operation<RetireGrant>();
}

}  // namespace coffer::kms_service
