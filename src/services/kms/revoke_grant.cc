// Takes a grant away, from the moment of the answer on.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html
#include "services/kms/common.h"
#include "services/kms/common_grants.h"

namespace coffer::kms_service {
namespace {

struct RevokeGrant {
  static constexpr std::string_view kName = "RevokeGrant";
  static constexpr std::string_view kAction = "kms:RevokeGrant";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn,
                                          ErrorCode::kInvalidGrantId, ErrorCode::kKmsInvalidState,
                                          ErrorCode::kDryRunOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::string grant_id;
    std::optional<bool> dry_run;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
                                              wire::field<&Request::grant_id>("GrantId", kGrantIdBounds),
                                              wire::field<&Request::dry_run>("DryRun")};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<RevokeGrant>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    keys.add_flag("kms:GrantIsForAWSResource", false);
    return {};
  }

  static Result<Response> handle(const api::Authorized<RevokeGrant>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_TRY(find_grant({key, request.grant_id}, rooms));
    COFFER_TRY(end_dry_run(request.dry_run));
    COFFER_TRY(rooms.grants.remove({key, request.grant_id}));
    return Response{};
  }
};

}  // namespace

api::Operation revoke_grant() {
  return api::operation<RevokeGrant>();
}

}  // namespace coffer::kms_service
