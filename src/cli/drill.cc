#include "cli/drill.h"

#include <algorithm>

#include "cli/drill_calls.h"
#include "cli/drill_traffic.h"
#include "cli/rejoin_command.h"
#include "cli/several.h"
#include "wire/json.h"

namespace coffer::cli {
namespace {

constexpr Duration kPoll = std::chrono::milliseconds(200);
constexpr Duration kPatience = std::chrono::minutes(2);  // a link that was broken is tried again after ten seconds
constexpr size_t kFencedWrites = 20;
const CopyFilter kAll{};

// Of what coffer failover and coffer rejoin print as JSON.
struct Done {
  struct Secret {
    std::string name;
    std::string result;
    std::optional<std::vector<CopyVersion>> lost_versions;
    static constexpr wire::Field kFields[] = {wire::field<&Secret::name>("Name"),
                                              wire::field<&Secret::result>("Result"),
                                              wire::field<&Secret::lost_versions>("LostVersions")};
  };
  std::vector<Secret> secrets;
  static constexpr wire::Field kFields[] = {wire::field<&Done::secrets>("Secrets")};
};

// What came of one secret.
struct Made {
  std::string name;
  Result<void> done;
};

Result<Done> done_of(const Outcome& outcome) {
  wire::Document document;
  COFFER_TRY(wire::parse_json(outcome.text, {}, document));
  return wire::decode<Done>(document.root());
}

// Nobody is asked: whoever calls a drill wants it.
const Confirm kAgreed = [](const std::string&) -> Result<void> { return {}; };
const Show kNotShown = [](const std::string&) {};

class Drill {
 public:
  Drill(const DrillRequest& request, const DrillParts& parts)
      : request_(request), parts_(parts), deployment_(parts.make()) {
    record_.lost_region = request.lose;
    record_.regions = request.regions;
    record_.secrets = static_cast<int64_t>(request.secrets);
    for (size_t i = 0; i < request.secrets; ++i)
      names_.push_back("drill/" + std::to_string(i));
  }

  Result<DrillReport> run() {
    COFFER_TRY(make_secrets());
    DrillTraffic traffic({.regions = request_.regions,
                          .names = names_,
                          .primary_region = request_.lose,
                          .make = parts_.make,
                          .clock = parts_.clock,
                          .random = parts_.random});
    traffic.start();
    COFFER_TRY(go_on("clients write and read in all regions"));
    COFFER_TRY(lose_region());
    COFFER_TRY(go_on(request_.lose + " was killed; nobody has done anything yet"));
    COFFER_TRY(fail_over(traffic));
    COFFER_TRY(go_on("clients write in " + record_.promoted_region));
    COFFER_TRY(take_back());
    traffic.stop();
    COFFER_TRY(settle());
    record_.clients = traffic.clients();
    record_.writes = traffic.writes();
    return report_of(record_);
  }

 private:
  Result<void> go_on(const std::string& what) {
    parts_.show(what + "\n");
    return parts_.ground.pause(request_.period);
  }

  Result<void> make_secrets() {
    parts_.show("making " + std::to_string(names_.size()) + " secrets in " + request_.lose + "\n");
    std::vector<std::string> replicas = request_.regions;
    std::erase(replicas, request_.lose);
    std::vector<Made> secrets;
    for (const std::string& name : names_)
      secrets.push_back({.name = name, .done = {}});
    for_each_at_once<Made>(secrets, parts_.make, [&](Deployment& deployment, Made& secret) {
      secret.done = make_drill_secret(deployment, request_.lose, secret.name, replicas, parts_.random);
    });
    for (const Made& secret : secrets)
      COFFER_TRY(secret.done);
    COFFER_ASSIGN(const bool is_in_sync, wait_in_sync(request_.lose));
    if (is_in_sync) return {};
    return Error{ErrorCode::kTimeout, "the secrets did not reach every region within two minutes"};
  }

  // False when patience has ended.
  Result<bool> wait_in_sync(const std::string& primary) {
    const Duration begin = parts_.clock.monotonic();
    while (!is_in_sync(primary)) {
      if (parts_.clock.monotonic() - begin > kPatience) return false;
      COFFER_TRY(parts_.ground.pause(kPoll));
    }
    return true;
  }

  // Whether each region has the same state of every secret, of one primary.
  bool is_in_sync(const std::string& primary) {
    std::map<std::string, std::pair<int64_t, int64_t>> newest;  // epoch and generation, by name
    std::vector<std::string> regions = {primary};
    std::ranges::copy_if(request_.regions, std::back_inserter(regions),
                         [&primary](const std::string& region) { return region != primary; });
    for (const std::string& region : regions) {
      const Result<std::vector<Copy>> copies = deployment_.copies(region, kAll);
      if (!copies.ok() || copies->size() != names_.size()) return false;
      for (const Copy& copy : *copies) {
        const std::pair state(copy.lineage_epoch, copy.generation);
        if (copy.primary_region != primary || copy.is_primary() != (region == primary)) return false;
        if (newest.try_emplace(copy.name, state).first->second != state) return false;
      }
    }
    return true;
  }

  Result<void> lose_region() {
    record_.loss_began = parts_.clock.monotonic();
    COFFER_TRY(parts_.ground.kill(request_.lose));
    record_.loss_done = parts_.clock.monotonic();
    return {};
  }

  Result<void> fail_over(DrillTraffic& traffic) {
    record_.failover_began = parts_.clock.monotonic();
    std::map<std::string, std::vector<Copy>> copies;
    for (const std::string& region : request_.regions) {
      if (region == request_.lose) continue;
      Result<std::vector<Copy>> found = deployment_.copies(region, kAll);
      if (found.ok()) {
        copies[region] = std::move(*found);
      } else if (found.error().code != ErrorCode::kServiceUnavailable) {
        return found.error();
      }
    }
    record_.candidates = candidates_of(request_.regions, copies);
    const auto best = std::ranges::min_element(record_.candidates, {}, &DrillCandidate::missed_changes);
    if (best == record_.candidates.end()) return Error{ErrorCode::kNotFound, "no region has a copy to promote"};
    record_.promoted_region = best->region;
    parts_.show("failing over to " + record_.promoted_region + "\n");
    traffic.send_writes_to(record_.promoted_region);
    const FailoverRequest request{
        .from = request_.lose, .to = record_.promoted_region, .filter = {}, .form = Form::kJson};
    COFFER_ASSIGN(const Outcome outcome, cli::fail_over(request, parts_.make, kNotShown, kAgreed));
    record_.failover_done = parts_.clock.monotonic();
    COFFER_ASSIGN(const Done done, done_of(outcome));
    const auto promoted = std::ranges::count(done.secrets, "Promoted", &Done::Secret::result);
    record_.failed_promotions = record_.secrets - promoted;
    return {};
  }

  Result<void> take_back() {
    parts_.show("starting " + request_.lose + " again\n");
    record_.returned = parts_.clock.monotonic();
    COFFER_TRY(parts_.ground.start(request_.lose));
    // A client that has not heard, before the region rejoins and after it.
    for_some([this](const std::string& name) {
      auto version = write_drill_secret(deployment_, request_.lose, name, parts_.random);
      if (version.ok()) record_.fenced.insert(std::move(*version));
    });
    COFFER_TRY(rejoin());
    for_some([this](const std::string& name) {
      const auto version = write_drill_secret(deployment_, request_.lose, name, parts_.random);
      if (version.ok()) {
        ++record_.acknowledged_after_rejoin;
      } else {
        ++(is_refused_by_replica(version.error()) ? record_.refused_after_rejoin : record_.not_refused_after_rejoin);
      }
    });
    return {};
  }

  void for_some(const std::function<void(const std::string&)>& work) const {
    std::ranges::for_each(names_.begin(),
                          names_.begin() + static_cast<ptrdiff_t>(std::min(names_.size(), kFencedWrites)), work);
  }

  // May take more than one attempt, as the command's page says: regions have to hear of each other first.
  Result<void> rejoin() {
    parts_.show(request_.lose + " rejoins\n");
    const Duration begin = parts_.clock.monotonic();
    const auto is_patient = [&] { return parts_.clock.monotonic() - begin < kPatience; };
    const Wait wait = [&] { return parts_.ground.pause(kPoll).ok() && is_patient(); };
    const RejoinRequest request{.region = request_.lose, .secret = {}, .form = Form::kJson};
    for (;;) {
      COFFER_ASSIGN(const Outcome outcome,
                    cli::rejoin(request, parts_.make, {.show = kNotShown, .confirm = kAgreed, .wait = wait}));
      COFFER_ASSIGN(const Done done, done_of(outcome));
      for (const Done::Secret& secret : done.secrets) {
        for (const CopyVersion& version : secret.lost_versions.value_or(std::vector<CopyVersion>()))
          record_.shown_as_lost.insert({.name = secret.name, .version_id = version.version_id});
      }
      record_.failed_rejoins = static_cast<int64_t>(outcome.failed);
      if (outcome.failed == 0 && has_rejoined()) return {};
      if (!is_patient()) return count_primaries();
      COFFER_TRY(parts_.ground.pause(kPoll));
    }
  }

  // Whether nothing of the region's own is left: what it has not found yet, the command does not count as failed.
  bool has_rejoined() {
    const Result<std::vector<Copy>> copies = deployment_.copies(request_.lose, kAll);
    return copies.ok() && std::ranges::none_of(*copies, &Copy::is_primary);
  }

  Result<void> count_primaries() {
    COFFER_ASSIGN(const std::vector<Copy> copies, deployment_.copies(request_.lose, kAll));
    record_.failed_rejoins =
        std::max<int64_t>(record_.failed_rejoins, std::ranges::count_if(copies, &Copy::is_primary));
    return {};
  }

  Result<void> settle() {
    parts_.show("waiting until all regions are in sync\n");
    COFFER_ASSIGN(const bool is_in_sync, wait_in_sync(record_.promoted_region));
    if (is_in_sync) record_.in_sync = parts_.clock.monotonic();
    for (const std::string& region : request_.regions) {
      COFFER_ASSIGN(const std::vector<Copy> copies, deployment_.copies(region, kAll));
      for (const Copy& copy : copies) {
        for (const CopyVersion& version : copy.versions)
          record_.kept[region].insert({.name = copy.name, .version_id = version.version_id});
      }
    }
    compare_values();
    return {};
  }

  // What clients read, in every region the same.
  void compare_values() {
    std::vector<Made> secrets;
    for (const std::string& name : names_)
      secrets.push_back({.name = name, .done = {}});
    for_each_at_once<Made>(secrets, parts_.make, [this](Deployment& deployment, Made& secret) {
      std::optional<DrillVersion> first;
      for (const std::string& region : request_.regions) {
        Result<DrillVersion> found = check_drill_secret(deployment, region, secret.name);
        if (!found.ok()) {
          secret.done = found.error();
        } else if (first.value_or(*found) != *found) {
          secret.done = Error{ErrorCode::kConflict, secret.name + " is another in " + region};
        } else {
          first = std::move(*found);
        }
      }
    });
    for (const Made& secret : secrets) {
      if (!secret.done.ok()) record_.wrong_values.push_back(secret.done.error().message);
    }
  }

  const DrillRequest& request_;
  const DrillParts& parts_;
  Deployment deployment_;
  std::vector<std::string> names_;
  DrillRecord record_;
};

}  // namespace

Result<DrillReport> hold_drill(const DrillRequest& request, const DrillParts& parts) {
  return Drill(request, parts).run();
}

}  // namespace coffer::cli
