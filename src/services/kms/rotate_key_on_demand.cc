// Gives a key new material at once; what the former material encrypted still decrypts. A schedule stays as it is.
// The rotation is done when the answer comes, but for a multi-region key: then as soon as all replicas have the
// material. https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html
#include "kms/key_rotation.h"
#include "services/kms/common.h"

namespace coffer::kms_service {
namespace {

struct RotateKeyOnDemand {
  static constexpr std::string_view kName = "RotateKeyOnDemand";
  static constexpr std::string_view kAction = "kms:RotateKeyOnDemand";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire,       ErrorCode::kDisabled,
                                          ErrorCode::kInvalidArn,           ErrorCode::kKmsInvalidState,
                                          ErrorCode::kUnsupportedOperation, ErrorCode::kLimitExceeded};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds)};
  };

  struct Response {
    std::string key_id;
    static constexpr wire::Field kFields[] = {wire::field<&Response::key_id>("KeyId")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<RotateKeyOnDemand>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<RotateKeyOnDemand>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_TRY(kms::rotate_on_demand(rooms.keyring, key));
    return Response{authorized.resource().name};
  }
};

}  // namespace

api::Operation rotate_key_on_demand() {
  return api::operation<RotateKeyOnDemand>();
}

}  // namespace coffer::kms_service
