// The tags of a key, in the order in which they came.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html
#include "services/kms/common.h"
#include "services/kms/common_metadata.h"
#include "services/kms/common_paging.h"

namespace coffer::kms_service {
namespace {

struct ListResourceTags {
  static constexpr std::string_view kName = "ListResourceTags";
  static constexpr std::string_view kAction = "kms:ListResourceTags";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn,
                                          ErrorCode::kInvalidMarker};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::optional<int64_t> limit;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
                                              wire::field<&Request::limit>("Limit", kLimitBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds)};
  };

  struct Response {
    std::vector<TagEntry> tags;
    std::optional<std::string> next_marker;
    bool truncated;
    static constexpr wire::Field kFields[] = {wire::field<&Response::tags>("Tags"),
                                              wire::field<&Response::next_marker>("NextMarker"),
                                              wire::field<&Response::truncated>("Truncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<ListResourceTags>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<ListResourceTags>& authorized, Rooms&) {
    COFFER_ASSIGN(const kms::KeyPointer key, found_key(authorized.resource()));
    const std::vector<kms::Tag>& tags = key->info.tags;
    COFFER_ASSIGN(const Slice slice, slice_of(tags.size(), authorized.request(), 50));
    Response response{{}, slice.next_marker, slice.next_marker.has_value()};
    for (size_t i = slice.begin; i < slice.end; ++i)
      response.tags.push_back({tags[i].key, tags[i].value});
    return response;
  }
};

}  // namespace

api::Operation list_resource_tags() {
  return api::operation<ListResourceTags>();
}

}  // namespace coffer::kms_service
