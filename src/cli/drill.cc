#include "cli/drill.h"

#include <algorithm>

#include "cli/drill_calls.h"
#include "cli/drill_permissions.h"
#include "cli/drill_secrets.h"
#include "cli/drill_traffic.h"
#include "cli/rejoin_command.h"
#include "cli/several.h"
#include "cli/text_layout.h"
#include "wire/json.h"

namespace coffer::cli {
namespace {

constexpr Duration kPoll = std::chrono::milliseconds(200);
constexpr Duration kPatience = std::chrono::minutes(2);  // a link that was broken is tried again after ten seconds
constexpr Duration kCutPatience = std::chrono::seconds(30);
constexpr Duration kHealPatience = std::chrono::minutes(1);  // when nothing is measured any more
constexpr Duration kTidying = std::chrono::minutes(1);
constexpr Duration kShortTidying = std::chrono::seconds(10);  // of a region that is still cut off not all can be found
constexpr Duration kTidyPoll = std::chrono::milliseconds(500);
constexpr Duration kThrottledPause = std::chrono::seconds(1);
constexpr size_t kFencedWrites = 20;

// Of what coffer failover and coffer rejoin print as JSON.
struct Done {
  struct Secret {
    std::string name;
    std::string result;
    std::optional<std::string> error;
    std::optional<std::vector<CopyVersion>> lost_versions;
    static constexpr wire::Field kFields[] = {
        wire::field<&Secret::name>("Name"), wire::field<&Secret::result>("Result"),
        wire::field<&Secret::error>("Error"), wire::field<&Secret::lost_versions>("LostVersions")};
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

// Why the first one failed, if any did.
std::optional<std::string> first_error(const Done& done) {
  const auto failed = std::ranges::find_if(done.secrets, [](const Done::Secret& one) { return one.error.has_value(); });
  return failed == done.secrets.end() ? std::nullopt : failed->error;
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
    filter_.name_prefix = request.prefix;
  }
  // Whatever ended the drill.
  ~Drill() { heal_at_last(); }
  Drill(const Drill&) = delete;
  Drill& operator=(const Drill&) = delete;

  DrillReport run() {
    const Result<void> held = hold();
    if (!held.ok()) {
      const bool is_stopped = held.error().code == ErrorCode::kAborted || !go_on_unless_stopped().ok();
      record_.error = is_stopped ? "the drill was stopped" : held.error().message;
      parts_.show(*record_.error + "\n");
    }
    end();
    return report_of(record_);
  }

 private:
  Result<void> hold() {
    parts_.show("making " + counted(request_.secrets, "secret") + " in " + request_.lose + "\n");
    COFFER_TRY(make_secrets(1));
    COFFER_TRY(try_everything());
    COFFER_TRY(make_secrets(request_.secrets));
    traffic_.emplace(DrillTraffic::Parts{.regions = request_.regions,
                                         .names = names_,
                                         .primary_region = request_.lose,
                                         .write_every = request_.write_every,
                                         .make = parts_.make,
                                         .clock = parts_.clock,
                                         .random = parts_.random});
    traffic_->start();
    record_.stage = DrillStage::kTraffic;
    COFFER_TRY(go_on("clients write and read in all regions"));
    COFFER_TRY(lose_region());
    record_.stage = DrillStage::kLost;
    COFFER_TRY(go_on(request_.lose + " was cut off; nobody has done anything yet"));
    COFFER_TRY(fail_over());
    record_.stage = DrillStage::kFailedOver;
    COFFER_TRY(go_on("clients write in " + record_.promoted_region));
    COFFER_TRY(take_back());
    record_.stage = DrillStage::kRejoined;
    traffic_->stop();
    COFFER_TRY(settle());
    record_.stage = DrillStage::kSettled;
    return {};
  }

  void end() {
    if (traffic_) traffic_->ask_to_stop();
    heal_at_last();
    if (traffic_) {
      traffic_->stop();
      record_.clients = traffic_->clients();
      record_.writes = traffic_->writes();
    }
    tidy_up();
  }

  void heal_at_last() {
    if (!is_cut_ || parts_.tidying == nullptr) return;
    is_cut_ = false;
    parts_.show("healing " + request_.lose + "\n");
    Result<void> healed = parts_.ground.heal(request_.lose, Heed::kSecond);
    if (healed.ok()) healed = wait_for_answer(parts_.tidying->make, Heed::kSecond, kHealPatience);
    if (!healed.ok()) record_.not_healed = healed.error().message;
  }

  void tidy_up() {
    if (parts_.tidying == nullptr) return;
    parts_.show("deleting the drill's secrets\n");
    const Wait wait = [this] { return parts_.ground.pause(kTidyPoll, Heed::kSecond).ok(); };
    record_.left_behind = delete_drill_secrets({.regions = request_.regions,
                                                .prefix = request_.prefix,
                                                .make = parts_.tidying->make,
                                                .clock = parts_.clock,
                                                .wait = wait,
                                                .patience = record_.not_healed ? kShortTidying : kTidying});
    if (record_.left_behind.empty()) return;
    record_.clean_up_commands = parts_.tidying->commands;
    std::ranges::move(commands_to_delete(record_.left_behind, parts_.tidying->url_of),
                      std::back_inserter(record_.clean_up_commands));
  }

  Result<void> pause(Duration time) { return parts_.ground.pause(time, Heed::kFirst); }

  // What failed because the drill was stopped is nothing to hold against anybody.
  Result<void> go_on_unless_stopped() { return pause(Duration::zero()); }

  Result<void> go_on(const std::string& what) {
    parts_.show(what + "\n");
    return pause(request_.period);
  }

  // As many as are missing to `count`.
  Result<void> make_secrets(size_t count) {
    std::vector<std::string> replicas = request_.regions;
    std::erase(replicas, request_.lose);
    std::vector<Made> secrets;
    while (names_.size() < count) {
      names_.push_back(request_.prefix + std::to_string(names_.size()));
      secrets.push_back({.name = names_.back(), .done = {}});
    }
    for_each_at_once<Made>(secrets, parts_.make, [&](Deployment& deployment, Made& secret) {
      do
        secret.done = make_drill_secret(deployment, request_.lose, secret.name, replicas, parts_.random);
      while (!secret.done.ok() && secret.done.error().code == ErrorCode::kThrottling && pause(kThrottledPause).ok());
    });
    for (const Made& secret : secrets)
      COFFER_TRY(secret.done);
    COFFER_ASSIGN(const bool is_in_sync, wait_in_sync(request_.lose));
    if (is_in_sync) return {};
    return Error{ErrorCode::kTimeout, "the secrets did not reach every region within two minutes"};
  }

  Result<void> try_everything() {
    const std::function<bool()> wait = [this] { return pause(kThrottledPause).ok(); };
    return try_permissions(
        {.lose = request_.lose, .regions = request_.regions, .name = names_.front(), .wait_when_throttled = wait},
        deployment_, parts_.random);
  }

  // False when patience has ended.
  Result<bool> wait_in_sync(const std::string& primary) {
    const Duration begin = parts_.clock.monotonic();
    while (!is_in_sync(primary)) {
      if (parts_.clock.monotonic() - begin > kPatience) return false;
      COFFER_TRY(pause(kPoll));
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
      const Result<std::vector<Copy>> copies = deployment_.copies(region, filter_);
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
    is_cut_ = true;  // also when half of it is done
    COFFER_TRY(parts_.ground.cut(request_.lose));
    // Cutting it off may have taken a person any time.
    const Duration cut = parts_.clock.monotonic();
    for (;;) {
      Deployment fresh = parts_.make();
      const Result<RegionStatus> status = fresh.status(request_.lose);
      if (!status.ok() && status.error().code == ErrorCode::kAborted) return status.error();
      if (is_silent(status)) return {};
      if (parts_.clock.monotonic() - cut >= kCutPatience) break;
      COFFER_TRY(pause(kPoll));
    }
    return Error{ErrorCode::kTimeout, request_.lose + " still answers half a minute after it was to be cut off"};
  }

  static bool is_silent(const Result<RegionStatus>& status) {
    return !status.ok() && status.error().code == ErrorCode::kServiceUnavailable;
  }

  Result<void> fail_over() {
    record_.failover_began = parts_.clock.monotonic();
    std::map<std::string, std::vector<Copy>> copies;
    for (const std::string& region : request_.regions) {
      if (region == request_.lose) continue;
      Result<std::vector<Copy>> found = deployment_.copies(region, filter_);
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
    traffic_->send_writes_to(record_.promoted_region);
    const FailoverRequest request{
        .from = request_.lose, .to = record_.promoted_region, .filter = filter_, .form = Form::kJson};
    COFFER_ASSIGN(const Outcome outcome, cli::fail_over(request, parts_.make, parts_.clock, kNotShown, kAgreed));
    COFFER_TRY(go_on_unless_stopped());
    record_.failover_done = parts_.clock.monotonic();
    COFFER_ASSIGN(const Done done, done_of(outcome));
    const auto promoted = std::ranges::count(done.secrets, "Promoted", &Done::Secret::result);
    record_.failed_promotions = record_.secrets - promoted;
    record_.first_failed_promotion = first_error(done);
    return {};
  }

  Result<void> take_back() {
    parts_.show("healing " + request_.lose + "\n");
    record_.returned = parts_.clock.monotonic();
    COFFER_TRY(parts_.ground.heal(request_.lose, Heed::kFirst));
    COFFER_TRY(wait_for_answer(parts_.make, Heed::kFirst, kPatience));
    is_cut_ = false;
    record_.stage = DrillStage::kReturned;
    // A client that has not heard, before the region rejoins and after it.
    for_some([this](const std::string& name) {
      auto version = write_drill_secret(deployment_, request_.lose, name, parts_.random);
      if (version.ok()) record_.fenced.insert(std::move(*version));
    });
    COFFER_TRY(rejoin());
    if (record_.failed_rejoins > 0) return {};  // what has not rejoined need not refuse
    for_some([this](const std::string& name) {
      const auto version = write_drill_secret(deployment_, request_.lose, name, parts_.random);
      if (version.ok()) {
        ++record_.acknowledged_after_rejoin;
      } else {
        ++(is_refused_by_replica(version.error()) ? record_.refused_after_rejoin : record_.not_refused_after_rejoin);
      }
    });
    return go_on_unless_stopped();
  }

  // Of the region that was healed. Whoever healed it may think so, and be wrong.
  Result<void> wait_for_answer(const std::function<Deployment()>& make, Heed heed, Duration patience) const {
    const Duration begin = parts_.clock.monotonic();
    for (;;) {
      const Result<RegionStatus> status = make().status(request_.lose);
      const bool is_stopped = !status.ok() && status.error().code == ErrorCode::kAborted;
      if (!is_stopped && !is_silent(status)) return {};
      if (!is_stopped && parts_.clock.monotonic() - begin >= patience) return status.error();
      if (is_stopped || !parts_.ground.pause(kPoll, heed).ok())
        return Error{ErrorCode::kAborted, "nobody has waited until it answers"};
    }
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
    const Wait wait = [&] { return pause(kPoll).ok() && is_patient(); };
    const RejoinRequest request{.region = request_.lose, .secret = {}, .prefix = request_.prefix, .form = Form::kJson};
    for (;;) {
      COFFER_ASSIGN(const Outcome outcome,
                    cli::rejoin(request, parts_.make, {.show = kNotShown, .confirm = kAgreed, .wait = wait}));
      COFFER_ASSIGN(const Done done, done_of(outcome));
      for (const Done::Secret& secret : done.secrets) {
        for (const CopyVersion& version : secret.lost_versions.value_or(std::vector<CopyVersion>()))
          record_.shown_as_lost.insert({.name = secret.name, .version_id = version.version_id});
      }
      record_.failed_rejoins = static_cast<int64_t>(outcome.failed);
      record_.first_failed_rejoin = first_error(done);
      if (outcome.failed == 0 && has_rejoined()) return {};
      if (!is_patient()) return count_primaries();
      COFFER_TRY(pause(kPoll));
    }
  }

  // Whether nothing of the region's own is left: what it has not found yet, the command does not count as failed.
  bool has_rejoined() {
    const Result<std::vector<Copy>> copies = deployment_.copies(request_.lose, filter_);
    return copies.ok() && std::ranges::none_of(*copies, &Copy::is_primary);
  }

  Result<void> count_primaries() {
    COFFER_ASSIGN(const std::vector<Copy> copies, deployment_.copies(request_.lose, filter_));
    record_.failed_rejoins =
        std::max<int64_t>(record_.failed_rejoins, std::ranges::count_if(copies, &Copy::is_primary));
    return {};
  }

  Result<void> settle() {
    parts_.show("waiting until all regions are in sync\n");
    COFFER_ASSIGN(const bool is_in_sync, wait_in_sync(record_.promoted_region));
    if (is_in_sync) record_.in_sync = parts_.clock.monotonic();
    for (const std::string& region : request_.regions) {
      COFFER_ASSIGN(const std::vector<Copy> copies, deployment_.copies(region, filter_));
      for (const Copy& copy : copies) {
        for (const CopyVersion& version : copy.versions)
          record_.kept[region].insert({.name = copy.name, .version_id = version.version_id});
      }
    }
    compare_values();
    return go_on_unless_stopped();
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
  CopyFilter filter_;
  std::vector<std::string> names_;
  DrillRecord record_;
  bool is_cut_ = false;
  std::optional<DrillTraffic> traffic_;
};

}  // namespace

DrillReport hold_drill(const DrillRequest& request, const DrillParts& parts) {
  return Drill(request, parts).run();
}

}  // namespace coffer::cli
