// The grants on a key, by id; all, one, or those of a grantee.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html
#include "services/kms/common.h"
#include "services/kms/common_grants.h"
#include "services/kms/common_paging.h"

namespace coffer::kms_service {
namespace {

struct ListGrants {
  static constexpr std::string_view kName = "ListGrants";
  static constexpr std::string_view kAction = "kms:ListGrants";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidMarker,
                                          ErrorCode::kInvalidGrantId, ErrorCode::kInvalidArn,
                                          ErrorCode::kKmsInvalidState};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::optional<int64_t> limit;
    std::optional<std::string> marker;
    std::string key_id;
    std::optional<std::string> grant_id;
    std::optional<std::string> grantee_principal;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::limit>("Limit", kLimitBounds), wire::field<&Request::marker>("Marker", kMarkerBounds),
        wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
        wire::field<&Request::grant_id>("GrantId", kGrantIdBounds),
        wire::field<&Request::grantee_principal>("GranteePrincipal", kPrincipalBounds)};
  };

  struct Response {
    std::vector<GrantEntry> grants;
    std::optional<std::string> next_marker;
    bool truncated;
    static constexpr wire::Field kFields[] = {wire::field<&Response::grants>("Grants"),
                                              wire::field<&Response::next_marker>("NextMarker"),
                                              wire::field<&Response::truncated>("Truncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<ListGrants>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    keys.add_flag("kms:GrantIsForAWSResource", false);
    return {};
  }

  static Result<Response> handle(const api::Authorized<ListGrants>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    const size_t limit = limit_of(request, 50);
    if (request.marker && !kms::is_grant_id(*request.marker)) return invalid_marker();
    const kms::GrantFilter filter{
        .id = request.grant_id ? std::string_view(*request.grant_id) : "",
        .grantee = request.grantee_principal ? std::string_view(*request.grantee_principal) : ""};
    COFFER_ASSIGN(std::vector<kms::Grant> grants,
                  rooms.grants.list(key, filter, {request.marker.value_or(""), limit + 1}));
    Response response{{}, std::nullopt, grants.size() > limit};
    if (response.truncated) {
      grants.pop_back();
      response.next_marker = grants.back().id;
    }
    response.grants = entries_of(grants, rooms.region);
    return response;
  }
};

}  // namespace

api::Operation list_grants() {
  return api::operation<ListGrants>();
}

}  // namespace coffer::kms_service
