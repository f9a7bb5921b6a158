// How a region is: what it runs, who is home of identities, and for each other region how much waits for it. It tells
// numbers of the whole region, not of the caller's account alone. Coffer's own.
#include "services/coffer/common_copies.h"

namespace coffer::coffer_service {
namespace {

struct Link {
  Region region;
  std::string address;  // of its link listener
  int64_t waiting = 0;
  std::optional<Time> waiting_since;
  std::optional<Time> last_success;
  std::optional<std::string> last_error;
  std::optional<int64_t> lag_milliseconds;  // of what comes from there
  std::optional<int64_t> behind;            // copies of which that does not hold
  static constexpr wire::Field kFields[] = {wire::field<&Link::region>("Region"),
                                            wire::field<&Link::address>("Address"),
                                            wire::field<&Link::waiting>("Waiting"),
                                            wire::field<&Link::waiting_since>("WaitingSince"),
                                            wire::field<&Link::last_success>("LastSuccess"),
                                            wire::field<&Link::last_error>("LastError"),
                                            wire::field<&Link::lag_milliseconds>("LagMilliseconds"),
                                            wire::field<&Link::behind>("Behind")};
};

struct Removed {
  Region region;
  Time removed_date;
  bool is_lost = false;
  static constexpr wire::Field kFields[] = {wire::field<&Removed::region>("Region"),
                                            wire::field<&Removed::removed_date>("RemovedDate"),
                                            wire::field<&Removed::is_lost>("Lost")};
};

struct GetRegionStatus {
  static constexpr std::string_view kName = "GetRegionStatus";
  static constexpr std::string_view kAction = "coffer:GetRegionStatus";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInternalServiceError};
  using Rooms = coffer_service::Rooms;

  struct Request {
    static constexpr std::array<wire::Field, 0> kFields = {};
  };
  struct Response {
    Region region;
    std::string version;
    std::string seal;
    bool can_commit = false;
    Time now;
    Region home_region;
    int64_t home_epoch = 0;
    std::vector<Region> regions;
    std::vector<Link> links;
    std::vector<Removed> being_forgotten;  // regions that were removed, and of which something may still be here
    static constexpr wire::Field kFields[] = {wire::field<&Response::region>("Region"),
                                              wire::field<&Response::version>("Version"),
                                              wire::field<&Response::seal>("Seal"),
                                              wire::field<&Response::can_commit>("CanCommit"),
                                              wire::field<&Response::now>("Now"),
                                              wire::field<&Response::home_region>("HomeRegion"),
                                              wire::field<&Response::home_epoch>("HomeEpoch"),
                                              wire::field<&Response::regions>("Regions"),
                                              wire::field<&Response::links>("Links"),
                                              wire::field<&Response::being_forgotten>("BeingForgotten")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return api::Resource{"*", caller.account};
  }

  static Result<Response> handle(const api::Authorized<GetRegionStatus>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const home::Claim home, rooms.home.claim());
    RegionReport report = rooms.report();
    Response response{.region = rooms.regions.self(),
                      .version = std::move(report.version),
                      .seal = std::move(report.seal),
                      .can_commit = report.can_commit,
                      .now = authorized.now(),
                      .home_region = home.region,
                      .home_epoch = static_cast<int64_t>(home.epoch),
                      .regions = rooms.regions.all(),
                      .links = {},
                      .being_forgotten = {}};
    for (LinkReport& link : report.links) {
      Link& added = response.links.emplace_back(Link{.region = link.region,
                                                     .address = std::move(link.address),
                                                     .waiting = static_cast<int64_t>(link.waiting),
                                                     .waiting_since = link.waiting_since,
                                                     .last_success = link.last_success,
                                                     .last_error = {},
                                                     .lag_milliseconds = {},
                                                     .behind = {}});
      if (link.lag) {
        added.lag_milliseconds = link.lag->count();
        added.behind = static_cast<int64_t>(link.behind);
      }
      if (!link.last_error.empty()) added.last_error = std::move(link.last_error);
    }
    if (rooms.membership == nullptr) return response;
    for (const regions::Removal& removal : rooms.membership->removals())
      response.being_forgotten.push_back({removal.region, removal.when, removal.is_lost});
    return response;
  }
};

}  // namespace

api::Operation get_region_status() {
  return api::operation<GetRegionStatus>();
}

}  // namespace coffer::coffer_service
