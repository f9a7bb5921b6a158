// Keeps a key whose deletion is scheduled; it is disabled afterwards.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html
#include "services/kms/common.h"

namespace coffer::kms_service {
namespace {

struct CancelKeyDeletion {
  static constexpr std::string_view kName = "CancelKeyDeletion";
  static constexpr std::string_view kAction = "kms:CancelKeyDeletion";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn,
                                          ErrorCode::kKmsInvalidState};
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

  static Result<void> keys(const api::Asked<CancelKeyDeletion>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<CancelKeyDeletion>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_TRY(rooms.keyring.cancel_deletion(key));
    return Response{authorized.resource().name};
  }
};

}  // namespace

api::Operation cancel_key_deletion() {
  return api::operation<CancelKeyDeletion>();
}

}  // namespace coffer::kms_service
