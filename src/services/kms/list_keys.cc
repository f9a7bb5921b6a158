// The keys of the account, AWS managed ones included, by id.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html
#include "services/kms/common.h"
#include "services/kms/common_paging.h"

namespace coffer::kms_service {
namespace {

struct KeyEntry {
  std::string key_id;
  std::string key_arn;
  static constexpr wire::Field kFields[] = {wire::field<&KeyEntry::key_id>("KeyId"),
                                            wire::field<&KeyEntry::key_arn>("KeyArn")};
};

struct ListKeys {
  static constexpr std::string_view kName = "ListKeys";
  static constexpr std::string_view kAction = "kms:ListKeys";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidMarker};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::optional<int64_t> limit;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {wire::field<&Request::limit>("Limit", kLimitBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds)};
  };

  struct Response {
    std::vector<KeyEntry> all_keys;
    std::optional<std::string> next_marker;
    bool truncated;
    static constexpr wire::Field kFields[] = {wire::field<&Response::all_keys>("Keys"),
                                              wire::field<&Response::next_marker>("NextMarker"),
                                              wire::field<&Response::truncated>("Truncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return no_resource(caller);
  }

  static Result<void> keys(const api::Asked<ListKeys>& asked, api::ConditionKeys& keys) {
    add_caller_keys(asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<ListKeys>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const size_t limit = limit_of(request, 100);
    if (request.marker && !kms::is_key_id(*request.marker)) return invalid_marker();
    COFFER_ASSIGN(auto keys,
                  rooms.keyring.list_keys(authorized.caller().account, {request.marker.value_or(""), limit + 1}));
    Response response{{}, std::nullopt, keys.size() > limit};
    if (response.truncated) {
      keys.pop_back();
      response.next_marker = keys.back().name.id;
    }
    for (const kms::KeyInfo& key : keys)
      response.all_keys.push_back({key.name.id, kms::key_arn(rooms.region, key.name)});
    return response;
  }
};

}  // namespace

api::Operation list_keys() {
  return api::operation<ListKeys>();
}

}  // namespace coffer::kms_service
