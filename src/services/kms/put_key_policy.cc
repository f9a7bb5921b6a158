// Gives a key another policy, which decides from the next request on. Refused: what is no key policy, principals that
// do not exist, and, unless the caller takes the risk, what would keep the caller from ever changing it again.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
#include "kms/key_details.h"
#include "services/kms/common.h"
#include "services/kms/common_policy.h"

namespace coffer::kms_service {
namespace {

struct PutKeyPolicy {
  static constexpr std::string_view kName = "PutKeyPolicy";
  static constexpr std::string_view kAction = "kms:PutKeyPolicy";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire,          ErrorCode::kInvalidArn,
                                          ErrorCode::kMalformedPolicyDocument, ErrorCode::kUnsupportedOperation,
                                          ErrorCode::kLimitExceeded,           ErrorCode::kKmsInvalidState};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::optional<std::string> policy_name;
    std::string policy;
    std::optional<bool> bypass;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
                                              wire::field<&Request::policy_name>("PolicyName", kPolicyNameBounds),
                                              wire::field<&Request::policy>("Policy", kPolicyBounds),
                                              wire::field<&Request::bypass>("BypassPolicyLockoutSafetyCheck")};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<PutKeyPolicy>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    add_bypass_key(asked.request.bypass, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<PutKeyPolicy>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const kms::KeyPointer key, found_key(authorized.resource()));
    if (request.policy_name.value_or(std::string(kms::kKeyPolicyName)) != kms::kKeyPolicyName) {
      return unsupported("Only default policy is supported");
    }
    COFFER_ASSIGN(const kms::KeyPolicy policy,
                  accept_policy(authorized.authority(),
                                {request.policy, key->info, rooms.region, request.bypass, key->aliases}, rooms));
    COFFER_TRY(kms::put_policy(rooms.keyring, key->info.name, policy));
    return Response{};
  }
};

}  // namespace

api::Operation put_key_policy() {
  return api::operation<PutKeyPolicy>();
}

}  // namespace coffer::kms_service
