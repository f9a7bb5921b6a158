// The grants that a principal of the account may retire, on keys of all accounts.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListRetirableGrants.html
#include "services/kms/common.h"
#include "services/kms/common_grants.h"
#include "services/kms/common_paging.h"

namespace coffer::kms_service {
namespace {

struct ListRetirableGrants {
  static constexpr std::string_view kName = "ListRetirableGrants";
  static constexpr std::string_view kAction = "kms:ListRetirableGrants";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidMarker, ErrorCode::kInvalidArn,
                                          ErrorCode::kNotFoundOnWire};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::optional<int64_t> limit;
    std::optional<std::string> marker;
    std::string retiring_principal;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::limit>("Limit", kLimitBounds), wire::field<&Request::marker>("Marker", kMarkerBounds),
        wire::field<&Request::retiring_principal>("RetiringPrincipal", kPrincipalBounds)};
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

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return no_resource(caller);
  }

  static Result<void> keys(const api::Asked<ListRetirableGrants>& asked, api::ConditionKeys& keys) {
    add_caller_keys(asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<ListRetirableGrants>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const size_t limit = limit_of(request, 50);
    if (request.marker && !kms::Grants::is_position(*request.marker)) return invalid_marker();
    COFFER_TRY(check_own_principal(request.retiring_principal, authorized.caller()));
    COFFER_ASSIGN(std::vector<kms::Grant> grants,
                  rooms.grants.list_retirable(request.retiring_principal, {request.marker.value_or(""), limit + 1}));
    Response response{{}, std::nullopt, grants.size() > limit};
    if (response.truncated) {
      grants.pop_back();
      response.next_marker = kms::Grants::position(grants.back());
    }
    response.grants = entries_of(grants, rooms.region);
    return response;
  }
};

}  // namespace

api::Operation list_retirable_grants() {
  return api::operation<ListRetirableGrants>();
}

}  // namespace coffer::kms_service
