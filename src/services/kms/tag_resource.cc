// Adds tags to a key, or gives keys that are there new values.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html
#include "kms/key_details.h"
#include "services/kms/common.h"
#include "services/kms/common_metadata.h"

namespace coffer::kms_service {
namespace {

struct TagResource {
  static constexpr std::string_view kName = "TagResource";
  static constexpr std::string_view kAction = "kms:TagResource";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn,
                                          ErrorCode::kKmsInvalidState, ErrorCode::kLimitExceeded, ErrorCode::kTag};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::vector<TagEntry> tags;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
                                              wire::field<&Request::tags>("Tags")};
  };

  using Response = NoMembers;

  static Result<void> check(const Request& request) { return kms::check_tags(tags_of(request.tags)); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<TagResource>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    add_tag_keys(asked.request.tags, TagsAre::kOfTheRequest, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<TagResource>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_TRY(kms::tag(rooms.keyring, key, tags_of(authorized.request().tags)));
    return Response{};
  }
};

}  // namespace

api::Operation tag_resource() {
  return api::operation<TagResource>();
}

}  // namespace coffer::kms_service
