#include "sim/regions_family.h"

#include <algorithm>

#include "sim/planted_frames.h"
#include "store/keys.h"

namespace coffer::sim {
namespace {

constexpr size_t kFewestMembers = 2;
constexpr int kPatience = 10;  // of an operator who waits for a region to be let go
constexpr int kFirstPort = 4600;

}  // namespace

void RegionsFamily::begin() {
  for (const auto& site : world_.sites)
    places_[site->name] = {};
  if (world_.sites.size() <= kFewestMembers || !world_.chance(50)) return;
  Site& newcomer = *world_.sites.back();
  places_[newcomer.name].phase = Phase::kOut;
  newcomer.is_out = true;
  for (const auto& site : world_.sites)
    std::erase(site->configured, newcomer.name);
}

void RegionsFamily::happen(Site& at) {
  if (world_.chance(30)) return forget(at);
  if (world_.chance(20)) return (void)repair(at);
  std::vector<Site*> moving;
  for (const auto& site : world_.sites) {
    const Phase phase = places_[site->name].phase;
    if (phase != Phase::kIn && phase != Phase::kOut) moving.push_back(site.get());
  }
  Site& subject = moving.empty() || world_.chance(30) ? *world_.pick(world_.sites) : *world_.pick(moving);
  const Place& place = places_[subject.name];
  if (place.phase == Phase::kIn) {
    if (world_.chance(5) && takes_part(at, subject)) return move(at, subject);
    if (world_.chance(25)) begin_leaving(subject);
  } else if (place.phase == Phase::kOut) {
    if (world_.chance(25)) begin_joining(subject);
  } else {
    operate(at, subject);
  }
}

// One that is to leave as well, and is not to be started again, is asked nothing any more.
bool RegionsFamily::is_asked(const Site& site, const Site& subject) {
  return &site != &subject && places_[site.name].phase != Phase::kOut && !site.stays_down;
}

bool RegionsFamily::takes_part(const Site& site, const Site& subject) {
  return is_asked(site, subject) && site.up();
}

// Everybody but the region itself and those that are out, running or not.
bool RegionsFamily::all_others(const Site& subject, const std::function<bool(Site&)>& is_so) {
  return std::ranges::all_of(
      world_.sites, [&](const auto& site) { return !is_asked(*site, subject) || (site->up() && is_so(*site)); });
}

void RegionsFamily::begin_leaving(Site& subject) {
  size_t members = 0;
  for (const auto& site : world_.sites) {
    if (places_[site->name].phase != Phase::kIn) continue;
    ++members;
    if (site->up() && must(site->process->home.claim()).region == subject.name) return;
  }
  if (members <= kFewestMembers) return;
  const bool is_lost = world_.chance(50);
  places_[subject.name] = {.phase = Phase::kAsking, .is_lost = is_lost};
  subject.is_out = true;
  world_.trace.tell(subject.name.text(), " is to leave", is_lost ? ", lost" : "");
  if (!is_lost || world_.chance(30)) return;
  subject.stays_down = true;
  if (subject.up()) world_.kill(subject);
}

void RegionsFamily::begin_joining(Site& subject) {
  if (subject.dying) return;
  world_.trace.tell(subject.name.text(), " is to come");
  places_[subject.name].phase = Phase::kJoining;
  if (subject.process != nullptr) return;
  subject.stays_down = false;
  if (world_.chance(40) && may_come_empty(subject)) world_.lose_disk(subject);
  world_.start(subject);
}

// It was given up, with what it had; nothing is left that only its disk could end.
bool RegionsFamily::may_come_empty(const Site& subject) {
  if (!places_[subject.name].is_lost || !world_.may_lose_disk(subject)) return false;
  return std::ranges::none_of(world_.sites, [&](const auto& site) {
    return std::ranges::any_of(world_.oracle.names(), [&](const std::string& name) {
      const Seen* const seen = site.get() == &subject ? nullptr : world_.oracle.seen(*site, name);
      return seen != nullptr && seen->secret.role == secrets::Role::kReplica &&
             seen->secret.primary_region == subject.name;
    });
  });
}

void RegionsFamily::operate(Site& at, Site& subject) {
  Place& place = places_[subject.name];
  if (place.phase == Phase::kAsking) return ask(subject);
  if (place.phase == Phase::kLeaving) {
    if (!is_ending_ && world_.chance(3)) {
      // Somebody has changed his mind.
      subject.stays_down = false;
      if (subject.process == nullptr) world_.start(subject);
      place.phase = Phase::kJoining;
      return;
    }
    if (place.is_lost) subject.was_given_up = true;
    if (takes_part(at, subject) && at.process->regions.has_other(subject.name))
      (void)remove(at, subject, place.is_lost);
    if (all_others(subject, [&](Site& site) { return !site.process->regions.has_other(subject.name); })) leave(subject);
    return;
  }
  if (&at == &subject) {
    for (const auto& site : world_.sites)
      if (site.get() != &at) (void)agree(at, *site);
  } else if (takes_part(at, subject)) {
    (void)agree(at, subject);
  }
  const bool is_known = all_others(subject, [&](Site& site) { return site.process->regions.has_other(subject.name); });
  if (!is_known || !subject.up() || !agrees(subject)) return;
  place = {};
  subject.is_out = false;
  ++world_.outcome.regions_joined;
  world_.trace.tell(subject.name.text(), " has come");
}

// All are asked before one does it; those that do not answer may be passed over.
void RegionsFamily::ask(Site& subject) {
  Place& place = places_[subject.name];
  ++place.tries;
  bool is_silence = false;
  for (const auto& site : world_.sites) {
    if (!is_asked(*site, subject)) continue;
    if (!site->up()) {
      is_silence = true;
      continue;
    }
    const std::string input = input_of(subject, place.is_lost, true);
    const Answer answer = site->process->call("RemoveRegion", input);
    tell(*site, "RemoveRegion", input, answer);
    if (answer.ok()) continue;
    return untie(*site, subject, place.is_lost);
  }
  if (is_silence && !world_.chance(30)) return;
  place.phase = Phase::kLeaving;
  place.tries = 0;
}

void RegionsFamily::leave(Site& subject) {
  Place& place = places_[subject.name];
  place.phase = Phase::kOut;
  ++world_.outcome.regions_left;
  world_.trace.tell(subject.name.text(), " has left");
  if (!subject.up() || !world_.chance(50)) return;
  subject.stays_down = true;
  world_.kill(subject);
}

bool RegionsFamily::should_have(const Site& other) {
  const Phase phase = places_[other.name].phase;
  return phase == Phase::kIn || phase == Phase::kJoining;
}

bool RegionsFamily::agrees(const Site& at) {
  return std::ranges::all_of(world_.sites, [&](const auto& other) {
    const Phase phase = places_[other->name].phase;
    const bool is_settled = phase == Phase::kIn || phase == Phase::kOut;
    return other.get() == &at || !is_settled || at.process->regions.has_other(other->name) == should_have(*other);
  });
}

// Whether nothing had to be done.
bool RegionsFamily::agree(Site& at, Site& other) {
  if (!at.up() || at.process->regions.has_other(other.name) == should_have(other)) return true;
  const Phase phase = places_[other.name].phase;
  if (phase == Phase::kAsking || phase == Phase::kLeaving) return true;
  if (should_have(other)) {
    add(at, other, kFirstPort);
  } else {
    (void)remove(at, other, true);
  }
  return false;
}

// Somebody who was not asked, or has lost its disk, does what the others have done.
bool RegionsFamily::repair(Site& at) {
  if (places_[at.name].phase != Phase::kIn) return true;
  bool is_right = true;
  for (const auto& other : world_.sites) {
    if (other.get() != &at) is_right = agree(at, *other) && is_right;
  }
  return is_right;
}

std::string RegionsFamily::input_of(const Site& subject, bool is_lost, bool is_dry_run) {
  return R"({"Region":")" + subject.name.text() + R"(","Lost":)" + (is_lost ? "true" : "false") + R"(,"DryRun":)" +
         (is_dry_run ? "true" : "false") + "}";
}

void RegionsFamily::tell(const Site& at, std::string_view operation, const std::string& input, const Answer& answer) {
  world_.trace.tell(at.name.text(), " ", operation, " ", input, ": ", std::to_string(answer.status), " ", answer.error,
                    " ", answer.message);
}

void RegionsFamily::add(Site& at, const Site& other, int port) {
  // The real server is still at the change before this one.
  if (at.process->is_ending(other.name)) return;
  const std::string input =
      R"({"Region":")" + other.name.text() + R"(","Host":"simulated","Port":)" + std::to_string(port) + "}";
  const Answer answer = at.process->call("AddRegion", input);
  tell(at, "AddRegion", input, answer);
  decided(at, other, answer, true);
}

void RegionsFamily::move(Site& at, const Site& subject) {
  if (!at.process->regions.has_other(subject.name)) return;
  add(at, subject, kFirstPort + static_cast<int>(world_.random.uniform(3)));
}

bool RegionsFamily::remove(Site& at, const Site& other, bool is_lost) {
  if (at.process->is_ending(other.name)) return false;
  const std::string input = input_of(other, is_lost, false);
  const Answer answer = at.process->call("RemoveRegion", input);
  tell(at, "RemoveRegion", input, answer);
  decided(at, other, answer, false);
  if (!answer.ok() && !answer.is_unknown()) untie(at, other, is_lost);
  return answer.ok();
}

void RegionsFamily::decided(const Site& at, const Site& other, const Answer& answer, bool has) {
  const std::pair both(at.name, other.name);
  if (answer.ok()) {
    has_[both] = has;
    maybe_.erase(both);
  }
  if (answer.is_unknown()) maybe_.insert(both);
}

// What an operator does who is told that something hangs on the region.
void RegionsFamily::untie(Site& at, const Site& subject, bool is_lost) {
  const Region& region = subject.name;
  for (const std::string& name : world_.oracle.names()) {
    const Seen* const seen = at.up() ? world_.oracle.seen(at, name) : nullptr;
    if (seen == nullptr) continue;
    const secrets::Secret& secret = seen->secret;
    Oracle::Call call{.operation = {}, .name = name, .regions = {region}, .value = {}};
    std::string input = R"({"SecretId":")" + name + '"';
    if (secret.role == secrets::Role::kReplica && secret.primary_region == region) {
      const bool is_failover = world_.chance(70);
      call.operation = is_failover ? "FailOverSecret" : "StopReplicationToReplica";
      if (is_failover) input += R"(,"FromRegion":")" + region.text() + '"';
    } else if (!is_lost && std::ranges::count(secret.replicas, region, &secrets::ReplicaRegion::region) > 0) {
      call.operation = "RemoveRegionsFromReplication";
      input += R"(,"RemoveReplicaRegions":)" + Clients::json_regions({region}, false);
    } else {
      continue;
    }
    world_.clients.make(at, call, input + "}");
  }
}

void RegionsFamily::forget(Site& at) {
  std::vector<Region> left;
  for (const regions::Removal& removal : at.process->membership.removals()) {
    if (at.process->is_ending(removal.region)) return;
    left.push_back(removal.region);
  }
  if (left.empty()) return;
  world_.oracle.before_forgetting(at, left);
  const Result<size_t> changed = [&] {
    const Visit visit(at);
    return at.process->departures.step();
  }();
  world_.trace.tell(at.name.text(), " forgets: ", changed.ok() ? std::to_string(*changed) : changed.error().message);
  world_.oracle.after_forgetting(at, left, changed.ok());
  if (world_.bug == nullptr || !world_.bug->forgets_owed_removals || !changed.ok()) return;
  for (const Region& region : left)
    clear_marks(at, region);
}

void RegionsFamily::look(Site& at) {
  for (const auto& other : world_.sites) {
    if (other.get() == &at) continue;
    const std::pair both(at.name, other->name);
    const bool is_configured = std::ranges::count(at.configured, other->name) > 0;
    bool& has = has_.try_emplace(both, is_configured).first->second;
    const bool has_now = at.process->regions.has_other(other->name);
    if (has_now != has && !maybe_.contains(both)) {
      return world_.oracle.violated(at.name.text() + (has_now ? " has " : " does not have ") + other->name.text() +
                                    " any more, as nobody has decided");
    }
    has = has_now;
    if (!has && is_forgotten(at, other->name)) check_nothing_left(at, other->name);
  }
}

bool RegionsFamily::is_forgotten(const Site& at, const Region& region) {
  const auto removals = at.process->membership.removals();
  return at.process->membership.was_removed(region) &&
         std::ranges::find(removals, region, &regions::Removal::region) == removals.end();
}

void RegionsFamily::check_nothing_left(const Site& at, const Region& region) {
  const std::string where = at.name.text() + " has forgotten " + region.text() + ", ";
  for (const store::Row& row :
       must(at.process->store.scan(store::ScanRange::prefix(store::OutboxKey::prefix(region))))) {
    const auto key = store::OutboxKey::parse(row.key);
    const auto mark = store::OutboxMark::parse(row.value);
    const bool stays = key && mark && key->kind == "secret" && mark->action == store::OutboxMark::Action::kRemove;
    if (!stays) return world_.oracle.violated(where + "and has the mark " + row.key);
  }
  for (const std::string& name : world_.oracle.names()) {
    const auto view = at.process->secrets.find(kAccount, name);
    if (!view.ok() || *view == nullptr) continue;
    const auto& replicas = (*view)->secret.replicas;
    if (std::ranges::count(replicas, region, &secrets::ReplicaRegion::region) > 0)
      return world_.oracle.violated(where + "to which it replicates " + name);
  }
  if (!must(at.process->key_exchange.keys_of(region)).replicated.empty())
    world_.oracle.violated(where + "to which it replicates keys");
}

void RegionsFamily::lost_disk(const Site& at) {
  for (const auto& other : world_.sites) {
    has_.erase({at.name, other->name});
    maybe_.erase({at.name, other->name});
  }
}

bool RegionsFamily::settle() {
  is_ending_ = true;
  bool is_done = true;
  for (const auto& subject : world_.sites) {
    Place& place = places_[subject->name];
    if (place.phase == Phase::kIn || place.phase == Phase::kOut) continue;
    is_done = false;
    // What keeps it is not a secret, or waits for somebody who is out.
    const bool is_leaving = place.phase == Phase::kAsking || place.phase == Phase::kLeaving;
    if (is_leaving && ++place.tries > kPatience) place.is_lost = true;
    for (const auto& site : world_.sites)
      if (site->up()) operate(*site, *subject);
  }
  for (const auto& site : world_.sites) {
    if (!site->up()) continue;
    forget(*site);
    look(*site);
    if (site->is_out) continue;
    is_done = repair(*site) && is_done;
    is_done = is_done && site->process->membership.removals().empty();
  }
  return is_done;
}

void RegionsFamily::check_convergence() {
  for (const auto& site : world_.sites) {
    if (site->is_out || !site->up()) continue;
    for (const auto& other : world_.sites) {
      if (other->is_out && other.get() != site.get()) check_nothing_left(*site, other->name);
    }
  }
}

// Nothing comes back with a region that had left.
bool RegionsFamily::goes_on() {
  bool is_coming = false;
  for (const auto& site : world_.sites) {
    if (places_[site->name].phase != Phase::kOut) continue;
    is_coming = true;
    begin_joining(*site);
  }
  return is_coming;
}

}  // namespace coffer::sim
