// Makes another region one of this region's deployment, or tells where its link listener is now. Each region is asked
// for itself. Coffer's own: docs/operations/regions_at_run_time.md.
#include <algorithm>

#include "services/coffer/common_regions.h"

namespace coffer::coffer_service {
namespace {

constexpr int64_t kLastPort = 65535;

std::string_view result_of(regions::Joining joining) {
  switch (joining) {
    case regions::Joining::kJoined:
      return "Added";
    case regions::Joining::kMoved:
      return "Moved";
    case regions::Joining::kUnchanged:
      break;
  }
  return "Unchanged";
}

bool is_host_character(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_letter || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':';
}

struct AddRegion {
  static constexpr std::string_view kName = "AddRegion";
  static constexpr std::string_view kAction = "coffer:AddRegion";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidRequest, ErrorCode::kInvalidParameter,
                                          ErrorCode::kInternalServiceError};
  using Rooms = coffer_service::Rooms;

  struct Request {
    std::string region;
    std::string host;
    int64_t port = 0;
    std::optional<bool> dry_run;
    static constexpr wire::Field kFields[] = {wire::field<&Request::region>("Region", kRegionBounds),
                                              wire::field<&Request::host>("Host", {.min = 1, .max = 253}),
                                              wire::field<&Request::port>("Port", {.min = 1, .max = kLastPort}),
                                              wire::field<&Request::dry_run>("DryRun")};
  };
  struct Response {
    Region region;
    std::string address;
    std::string_view result;  // "Added", "Moved", "Unchanged": so it is, or would be
    static constexpr wire::Field kFields[] = {wire::field<&Response::region>("Region"),
                                              wire::field<&Response::address>("Address"),
                                              wire::field<&Response::result>("Result")};
  };

  static Result<void> check(const Request& request) {
    if (std::ranges::all_of(request.host, is_host_character)) return {};
    return Error{ErrorCode::kInvalidParameter, "Host must be a host name or an IP address."};
  }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return api::Resource{"*", caller.account};
  }

  static Result<Response> handle(const api::Authorized<AddRegion>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_TRY(check_is_operator(authorized.caller(), kAction, rooms));
    COFFER_ASSIGN(const Region region, parse_region_name(request.region, "Region"));
    regions::Membership& membership = *rooms.membership;
    const regions::Peer peer{region, {request.host, static_cast<uint16_t>(request.port)}};
    regions::Joining joining = regions::Joining::kUnchanged;
    if (request.dry_run.value_or(false)) {
      COFFER_ASSIGN(joining, membership.would_add(peer));
    } else {
      COFFER_ASSIGN(joining, membership.add(peer, authorized.caller().arn));
    }
    return Response{region, peer.address.text(), result_of(joining)};
  }
};

}  // namespace

api::Operation add_region() {
  return api::operation<AddRegion>();
}

}  // namespace coffer::coffer_service
