// Gives a key another description.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateKeyDescription.html
#include "kms/key_details.h"
#include "services/kms/common.h"

namespace coffer::kms_service {
namespace {

struct UpdateKeyDescription {
  static constexpr std::string_view kName = "UpdateKeyDescription";
  static constexpr std::string_view kAction = "kms:UpdateKeyDescription";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn,
                                          ErrorCode::kKmsInvalidState};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::string description;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
                                              wire::field<&Request::description>("Description", kDescriptionBounds)};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<UpdateKeyDescription>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<UpdateKeyDescription>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_TRY(kms::describe(rooms.keyring, key, authorized.request().description));
    return Response{};
  }
};

}  // namespace

api::Operation update_key_description() {
  return api::operation<UpdateKeyDescription>();
}

}  // namespace coffer::kms_service
