// Takes another region out of this region's deployment: nothing is sent to it or taken from it any more. Each region is
// asked for itself. Coffer's own: docs/operations/regions_at_run_time.md.
#include "services/coffer/common_regions.h"

namespace coffer::coffer_service {
namespace {

Error refusal(std::string message) {
  return Error{ErrorCode::kInvalidRequest, std::move(message)};
}

// "1 secret of us-east-1 has", "2 secrets of us-east-1 have".
std::string so_many(size_t count, std::string_view what, std::string_view where) {
  const bool is_one = count == 1;
  return std::to_string(count) + " " + std::string(what) + (is_one ? " " : "s ") + std::string(where) +
         (is_one ? " has " : " have ");
}

struct RemoveRegion {
  static constexpr std::string_view kName = "RemoveRegion";
  static constexpr std::string_view kAction = "coffer:RemoveRegion";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidRequest, ErrorCode::kInvalidParameter,
                                          ErrorCode::kInternalServiceError};
  using Rooms = coffer_service::Rooms;

  struct Request {
    std::string region;
    std::optional<bool> lost;  // for good: copies there are given up
    std::optional<bool> dry_run;
    static constexpr wire::Field kFields[] = {wire::field<&Request::region>("Region", kRegionBounds),
                                              wire::field<&Request::lost>("Lost"),
                                              wire::field<&Request::dry_run>("DryRun")};
  };
  struct Response {
    Region region;
    std::string_view result;         // "Removed", "Unchanged": so it is, or would be
    int64_t replicated_secrets = 0;  // that lose their copy there
    int64_t replicated_keys = 0;     // likewise
    int64_t following_keys = 0;      // multi-region keys here whose primary is there, which have none then
    static constexpr wire::Field kFields[] = {wire::field<&Response::region>("Region"),
                                              wire::field<&Response::result>("Result"),
                                              wire::field<&Response::replicated_secrets>("ReplicatedSecrets"),
                                              wire::field<&Response::replicated_keys>("ReplicatedKeys"),
                                              wire::field<&Response::following_keys>("FollowingKeys")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return api::Resource{"*", caller.account};
  }

  static Result<Response> handle(const api::Authorized<RemoveRegion>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_TRY(check_is_operator(authorized.caller(), kAction, rooms));
    COFFER_ASSIGN(const Region region, parse_region_name(request.region, "Region"));
    const Region& here = rooms.regions.self();
    if (region == here) return refusal("This is " + here.text() + ": a region is not removed from itself.");
    if (!rooms.regions.has_other(region)) return Response{.region = region, .result = "Unchanged"};
    const bool is_lost = request.lost.value_or(false);
    Ties ties;
    const regions::MayGo may_go = [&]() -> Result<std::vector<store::Precondition>> {
      COFFER_ASSIGN(store::Precondition home_is_elsewhere, check_home(region, rooms));
      COFFER_ASSIGN(ties, ties_to(region, rooms));
      COFFER_TRY(check_ties(ties, region, here, is_lost));
      return std::vector{std::move(home_is_elsewhere)};
    };
    if (request.dry_run.value_or(false)) {
      COFFER_TRY(may_go());
    } else {
      COFFER_ASSIGN(const bool is_removed,
                    rooms.membership->remove({region, is_lost, authorized.caller().arn}, may_go));
      if (!is_removed) return Response{.region = region, .result = "Unchanged"};  // by somebody else, meanwhile
    }
    return Response{.region = region,
                    .result = "Removed",
                    .replicated_secrets = static_cast<int64_t>(ties.replicated_secrets),
                    .replicated_keys = static_cast<int64_t>(ties.replicated_keys),
                    .following_keys = static_cast<int64_t>(ties.following_keys)};
  }

 private:
  // What must still hold when the region goes.
  static Result<store::Precondition> check_home(const Region& region, const Rooms& rooms) {
    COFFER_ASSIGN(const home::Claim home, rooms.home.claim());
    if (home.region != region) return rooms.home.fence(home);
    return refusal(region.text() +
                   " is the home of identities. Make another region home first: coffer identity adopt-home.");
  }

  static Result<void> check_ties(const Ties& ties, const Region& region, const Region& here, bool is_lost) {
    const std::string& there = region.text();
    const std::string such = ties.a_secret.empty() ? std::string() : ", such as " + ties.a_secret;
    if (ties.following_secrets > 0) {
      return refusal(so_many(ties.following_secrets, "secret", "in " + here.text()) + "the primary in " + there + such +
                     ". Promote them first: coffer failover --from " + there + " --to " + here.text() +
                     ", for each account that has some; or StopReplicationToReplica, or delete the primaries.");
    }
    if (is_lost) return {};
    if (ties.replicated_secrets > 0) {
      return refusal(so_many(ties.replicated_secrets, "secret", "of " + here.text()) + "copies in " + there + such +
                     ". Take them back first: RemoveRegionsFromReplication. If " + there +
                     " is lost for good, Lost (--lost) gives them up.");
    }
    if (ties.owed_secrets > 0) {
      return refusal(so_many(ties.owed_secrets, "secret", "of " + here.text()) + "copies in " + there +
                     " that were removed from replication, and it has not heard of that yet. Try again when nothing " +
                     "waits for it: coffer status. If " + there + " is lost for good, Lost (--lost) goes on.");
    }
    if (ties.replicated_keys > 0) {
      return refusal(so_many(ties.replicated_keys, "multi-region KMS key", "of " + here.text()) + "replicas in " +
                     there + ". Schedule their deletion there first. If " + there +
                     " is lost for good, Lost (--lost) gives them up.");
    }
    if (ties.following_keys > 0) {
      return refusal(so_many(ties.following_keys, "multi-region KMS key", "in " + here.text()) + "the primary in " +
                     there + ". Move it first: UpdatePrimaryRegion. If " + there +
                     " is lost for good, Lost (--lost) goes on; they keep working here, without a primary.");
    }
    return {};
  }
};

}  // namespace

api::Operation remove_region() {
  return api::operation<RemoveRegion>();
}

}  // namespace coffer::coffer_service
