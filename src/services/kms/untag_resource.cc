// Takes tags from a key; those that are not there are no matter.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_UntagResource.html
#include "kms/key_details.h"
#include "services/kms/common.h"

namespace coffer::kms_service {
namespace {

constexpr wire::Constraint kTagKeyBounds{.min = 1, .max = 128};

struct UntagResource {
  static constexpr std::string_view kName = "UntagResource";
  static constexpr std::string_view kAction = "kms:UntagResource";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn,
                                          ErrorCode::kKmsInvalidState, ErrorCode::kTag};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::vector<std::string> tag_keys;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
                                              wire::field<&Request::tag_keys>("TagKeys", {.item = &kTagKeyBounds})};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<UntagResource>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    keys.add_list("aws:TagKeys", {asked.request.tag_keys.begin(), asked.request.tag_keys.end()});
    return {};
  }

  static Result<Response> handle(const api::Authorized<UntagResource>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_TRY(kms::untag(rooms.keyring, key, authorized.request().tag_keys));
    return Response{};
  }
};

}  // namespace

api::Operation untag_resource() {
  return api::operation<UntagResource>();
}

}  // namespace coffer::kms_service
