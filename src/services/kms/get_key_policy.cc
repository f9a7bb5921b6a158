// The policy of a key as it was given. Users and roles that were deleted since are shown by their unique ids.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
#include "kms/key_details.h"
#include "services/kms/common.h"

namespace coffer::kms_service {
namespace {

struct GetKeyPolicy {
  static constexpr std::string_view kName = "GetKeyPolicy";
  static constexpr std::string_view kAction = "kms:GetKeyPolicy";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn,
                                          ErrorCode::kKmsInvalidState};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::optional<std::string> policy_name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
                                              wire::field<&Request::policy_name>("PolicyName", kPolicyNameBounds)};
  };

  struct Response {
    std::string policy;
    std::string_view policy_name;
    static constexpr wire::Field kFields[] = {wire::field<&Response::policy>("Policy"),
                                              wire::field<&Response::policy_name>("PolicyName")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<GetKeyPolicy>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<GetKeyPolicy>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    if (request.policy_name.value_or(std::string(kms::kKeyPolicyName)) != kms::kKeyPolicyName) {
      return Error{ErrorCode::kNotFoundOnWire, "No such policy exists"};
    }
    COFFER_ASSIGN(std::string text, kms::get_policy(rooms.keyring, key, rooms.directories.identities));
    return Response{std::move(text), kms::kKeyPolicyName};
  }
};

}  // namespace

api::Operation get_key_policy() {
  return api::operation<GetKeyPolicy>();
}

}  // namespace coffer::kms_service
