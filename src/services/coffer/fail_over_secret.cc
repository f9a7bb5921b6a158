// Promotes a copy whose primary's region is lost, and replicates it to all regions that had the secret. Of two that
// were promoted at a time, makes this one count. Coffer's own; with AWS it is StopReplicationToReplica, and then
// ReplicateSecretToRegions with what one remembers of the regions and keys.
#include "secrets/promotion.h"
#include "services/coffer/common_copies.h"

namespace coffer::coffer_service {
namespace {

struct FailOverSecret {
  static constexpr std::string_view kName = "FailOverSecret";
  static constexpr std::string_view kAction = "coffer:FailOverSecret";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidRequest,
                                          ErrorCode::kInvalidParameter, ErrorCode::kInternalServiceError};
  using Rooms = coffer_service::Rooms;

  struct Request {
    std::string secret_id;
    std::string from_region;
    std::optional<bool> dry_run;
    std::optional<int64_t> rival_epoch;  // the lineage epoch of the primary in FromRegion, if this is one as well
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
                                              wire::field<&Request::from_region>("FromRegion", kRegionBounds),
                                              wire::field<&Request::dry_run>("DryRun"),
                                              wire::field<&Request::rival_epoch>("RivalEpoch", {.min = 1})};
  };
  struct Response {
    Copy copy;  // as it is now, or would be
    static constexpr wire::Field kFields[] = {wire::field<&Response::copy>("Copy")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<FailOverSecret>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const Region from, parse_region(request.from_region, "FromRegion", rooms));
    const Change change{.caller = authorized.caller().account,
                        .secret_id = request.secret_id,
                        .resource = authorized.resource(),
                        .is_dry_run = request.dry_run.value_or(false)};
    const auto fail_over = [&](const secrets::SecretView& view) {
      secrets::Failover failover{.from = from, .regions = rooms.regions};
      if (request.rival_epoch) failover.rival_epoch = static_cast<uint64_t>(*request.rival_epoch);
      return secrets::failed_over(view, failover);
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(change, rooms, fail_over));
    return Response{copy_of(*view)};
  }
};

}  // namespace

api::Operation fail_over_secret() {
  return api::operation<FailOverSecret>();
}

}  // namespace coffer::coffer_service
