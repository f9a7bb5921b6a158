// The names of a key's policies: it has one, "default".
// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html
#include "services/kms/common.h"
#include "services/kms/common_paging.h"

namespace coffer::kms_service {
namespace {

struct ListKeyPolicies {
  static constexpr std::string_view kName = "ListKeyPolicies";
  static constexpr std::string_view kAction = "kms:ListKeyPolicies";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn,
                                          ErrorCode::kKmsInvalidState};
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
    std::vector<std::string_view> policy_names;
    std::optional<std::string> next_marker;
    bool truncated;
    static constexpr wire::Field kFields[] = {wire::field<&Response::policy_names>("PolicyNames"),
                                              wire::field<&Response::next_marker>("NextMarker"),
                                              wire::field<&Response::truncated>("Truncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<ListKeyPolicies>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<ListKeyPolicies>& authorized, Rooms&) {
    COFFER_TRY(found_key(authorized.resource()));
    if (authorized.request().marker) return invalid_marker();
    return Response{{kms::kKeyPolicyName}, std::nullopt, false};
  }
};

}  // namespace

api::Operation list_key_policies() {
  return api::operation<ListKeyPolicies>();
}

}  // namespace coffer::kms_service
