#include "sim/oracle.h"

#include <algorithm>

#include "home/state_rows.h"
#include "iam/identity_states.h"

namespace coffer::sim {
namespace {

using secrets::Role;

constexpr size_t kMaxStages = 20;

std::string describe(const Site& at, const std::string& name) {
  return name + " in " + at.name.text();
}

bool same(const std::optional<Seen>& a, const std::optional<Seen>& b) {
  if (a.has_value() != b.has_value()) return false;
  if (!a) return true;
  return a->secret.suffix == b->secret.suffix && a->secret.state_id == b->secret.state_id &&
         a->secret.role == b->secret.role && a->secret.lineage_epoch == b->secret.lineage_epoch &&
         a->secret.generation == b->secret.generation && a->text == b->text;
}

std::string key_of(const home::StateId& id) {
  return id.kind + " of " + id.account.text();
}

// Of the next change of a primary, or of a promotion.
uint64_t generation_after(const secrets::Secret& secret) {
  uint64_t newest = secret.generation;
  for (const secrets::Version& version : secret.versions)
    newest = std::max(newest, version.generation);
  return newest + 1;
}

}  // namespace

void Oracle::violated(std::string what) {
  if (!violation_) violation_ = std::move(what);
}

const Seen* Oracle::seen(const Site& at, const std::string& name) const {
  const auto found = sites_.find(at.name.text());
  if (found == sites_.end()) return nullptr;
  const auto secret = found->second.secrets.find(name);
  return secret == found->second.secrets.end() ? nullptr : &secret->second;
}

std::optional<Seen> Oracle::read(Site& at, const secrets::SecretView& view) {
  const secrets::Secret& secret = view.secret;
  std::string text =
      secret.name + "-" + secret.suffix + "\n" + secret.description + "\n" + secret.resource_policy + "\n";
  for (const secrets::Tag& tag : secret.tags)
    text += tag.key + "=" + tag.value + "\n";
  for (const secrets::Version& version : secret.versions) {
    text += version.id.text();
    for (const std::string& stage : version.stages)
      text += " " + stage;
    if (version.kind != secrets::ValueKind::kNone) {
      const Result<SecretBytes> value = at.process->secrets.read_value(view, version.id);
      if (!value.ok()) {
        violated("a value of " + describe(at, secret.name) + " cannot be read: " + value.error().message);
        return std::nullopt;
      }
      text += " = " + std::string(value->view(SecretAccess("simulation")));
    }
    text += "\n";
  }
  return Seen{secret, std::move(text)};
}

std::vector<Oracle::Difference> Oracle::look(Site& at) {
  std::vector<Difference> differences;
  if (!at.up()) return differences;
  Known& here = known(at);
  for (const std::string& name : names_) {
    const Result<secrets::SecretPointer> view = at.process->secrets.find(kAccount, name);
    if (!view.ok()) {
      violated(describe(at, name) + " cannot be read: " + view.error().message);
      return {};
    }
    store::Revision& revision = here.revisions[name];
    const store::Revision now_revision = *view ? (*view)->revision : 0;
    if (now_revision == revision) continue;
    revision = now_revision;
    Difference difference{name, std::nullopt, std::nullopt};
    const auto before = here.secrets.find(name);
    if (before != here.secrets.end()) difference.before = before->second;
    if (*view) {
      difference.now = read(at, **view);
      if (violation_) return {};
      check_labels(at, *difference.now);
      here.secrets.insert_or_assign(name, *difference.now);
    } else if (before != here.secrets.end()) {
      here.secrets.erase(before);
    }
    if (!same(difference.before, difference.now)) differences.push_back(std::move(difference));
  }
  return differences;
}

void Oracle::check_labels(const Site& at, const Seen& now) {
  std::map<std::string, size_t> holders;
  for (const secrets::Version& version : now.secret.versions) {
    for (const std::string& stage : version.stages)
      ++holders[stage];
    const bool is_current = std::ranges::count(version.stages, "AWSCURRENT") > 0;
    if (is_current && std::ranges::count(version.stages, "AWSPREVIOUS") > 0)
      violated(describe(at, now.secret.name) + ": one version is AWSCURRENT and AWSPREVIOUS");
  }
  for (const auto& [stage, count] : holders) {
    if (count > 1) violated(describe(at, now.secret.name) + ": two versions have " + stage);
  }
  const bool has_value = std::ranges::any_of(
      now.secret.versions, [](const secrets::Version& version) { return version.kind != secrets::ValueKind::kNone; });
  if (has_value && !holders.contains("AWSCURRENT"))
    violated(describe(at, now.secret.name) + ": no version has AWSCURRENT");
  if (holders.size() > kMaxStages) violated(describe(at, now.secret.name) + ": too many labels");
}

// A state that its primary made.
void Oracle::record(const Site& at, const Seen& now) {
  for (const secrets::ReplicaRegion& replica : now.secret.replicas) {
    if (replica.force_overwrite) forced_.insert({now.secret.suffix, replica.region.text()});
  }
  const Copy copy{now.text, now.secret.lineage_epoch, now.secret.generation};
  const auto [place, is_new] = made_[now.secret.suffix].try_emplace(now.secret.state_id, copy);
  if (!is_new && place->second.text != copy.text)
    violated(describe(at, now.secret.name) + ": two states have the id " + std::to_string(now.secret.state_id));
}

void Oracle::check_arrived(const Site& at, const Difference& difference) {
  const auto& [name, before, now] = difference;
  const std::string where = describe(at, name);
  if (!now) {
    if (before->secret.role != Role::kReplica) return violated(where + ": a primary was removed by a message");
    const auto removed = removed_.find({before->secret.suffix, at.name.text()});
    if (removed == removed_.end() || removed->second < before->secret.lineage_epoch)
      violated(where + ": a copy was removed that nobody has removed");
    return;
  }
  if (now->secret.role != Role::kReplica) return violated(where + ": a message has made a primary");
  // No message did that, but the end of a call that nobody heard.
  const bool is_given_up = before && before->secret.role == Role::kPrimary && before->text == now->text &&
                           before->secret.state_id == now->secret.state_id &&
                           given_up_.contains({now->secret.suffix, at.name.text()});
  if (is_given_up) return;
  const auto& states = made_[now->secret.suffix];
  const auto made = states.find(now->secret.state_id);
  if (made == states.end()) return violated(where + ": a copy of a state that no primary has made");
  const Copy& copy = made->second;
  if (copy.text != now->text)
    return violated(where + ": the copy is not what the primary made:\n" + copy.text + "---\n" + now->text);
  if (copy.epoch != now->secret.lineage_epoch || copy.generation != now->secret.generation)
    return violated(where + ": the copy has another generation than what it is a copy of");
  if (!before) return;
  const bool forced = forced_.contains({now->secret.suffix, at.name.text()}) && before->secret.replicas.empty();
  if (before->secret.suffix == now->secret.suffix) {
    const bool is_older = now->secret.lineage_epoch < before->secret.lineage_epoch;
    if (before->secret.role == Role::kPrimary && (is_older || !forced))
      return violated(where + ": what was promoted was overwritten");
    if (before->secret.role == Role::kPrimary) return;
    const auto place = [](const Seen& seen) { return std::pair(seen.secret.lineage_epoch, seen.secret.generation); };
    if (place(*now) <= place(*before)) violated(where + ": the copy went back to an older state");
    return;
  }
  if (before->secret.role == Role::kPrimary && !forced)
    violated(where + ": a secret of its own was replaced, and nobody had asked for it");
}

void Oracle::after_call(Site& at, const Call& call, const Answer& answer) {
  const std::vector<Difference> differences = look(at);
  if (answer.is_unknown()) known(at).maybe.insert(call.name);
  const bool promotes = call.operation == "StopReplicationToReplica" || call.operation == "FailOverSecret";
  if (const Seen* const now = seen(at, call.name); now != nullptr) {
    const std::string& suffix = now->secret.suffix;
    if (promotes && (answer.ok() || answer.is_unknown())) promoted_.insert({suffix, at.name.text()});
    if (call.operation == "RejoinSecret" && (answer.ok() || answer.is_unknown())) {
      given_up_.insert({suffix, at.name.text()});
      if (answer.ok() && !promoted_.contains({suffix, call.regions.front().text()}))
        violated(describe(at, call.name) + ": a primary was given up for one that was not promoted");
    }
  }
  for (const Region& region : call.regions) {
    const Seen* const now = seen(at, call.name);
    if (now == nullptr || !(answer.ok() || answer.is_unknown())) continue;
    if (call.operation != "RemoveRegionsFromReplication") continue;
    uint64_t& epoch = removed_[{now->secret.suffix, region.text()}];
    epoch = std::max(epoch, now->secret.lineage_epoch);
  }
  for (const Difference& difference : differences) {
    const std::string where = describe(at, difference.name) + " by " + call.operation;
    if (difference.name != call.name) return violated(where + " of " + call.name + ": changed");
    if (!answer.ok()) return violated(where + ": changed, and answered " + std::to_string(answer.status));
    const bool was_replica = difference.before && difference.before->secret.role == Role::kReplica;
    if (was_replica && !promotes) return violated(where + ": a replica was written");
    const bool had_replicas = difference.before && (!difference.before->secret.replicas.empty() ||
                                                    difference.before->secret.cross_account_replica);
    if (call.operation == "DeleteSecret" && had_replicas) return violated(where + ": it has replicas");
    if (!difference.now) {
      if (call.operation != "DeleteSecret") violated(where + ": it is gone");
      continue;
    }
    record(at, *difference.now);
    const secrets::Secret& secret = difference.now->secret;
    acknowledged_[call.name].push_back(
        {secret.suffix, at.name, secret.lineage_epoch, secret.generation, at.clock.monotonic()});
    if (!call.value.empty() && difference.now->text.find(" = " + call.value + "\n") == std::string::npos)
      violated(where + ": the value is not there");
  }
  // Unless a step of a replicator is under way, in whose middle the call was made.
  look_at_states(at, at.entered > 0 ? MayChange::kArrival : MayChange::kNobody, {});
}

void Oracle::after_told_lag(const Site& at, const std::string& name, Duration lag) {
  const Seen* const copy = seen(at, name);
  if (copy == nullptr) return violated(describe(at, name) + ": there is no copy that could be behind");
  const secrets::Secret& secret = copy->secret;
  if (secret.role != Role::kReplica) return violated(describe(at, name) + ": it is behind nobody");
  const Duration complete_to = at.clock.monotonic() - lag;
  const auto place = [](const auto& state) { return std::pair(state.lineage_epoch, state.generation); };
  // What its primary has made of that name, which may be another secret by now, since the state that is here.
  const Acknowledged* lacking = nullptr;
  uint64_t epoch = 0;
  for (const Acknowledged& change : acknowledged_[name]) {
    if (change.primary != secret.primary_region) continue;
    const bool is_same = change.suffix == secret.suffix;
    if (is_same) epoch = change.lineage_epoch;
    if (is_same && place(change) <= place(secret)) {
      lacking = nullptr;
      continue;
    }
    // Another secret may as well have been there before the copy's, if nobody has heard of that one's beginning here.
    const bool comes_after = is_same || epoch == secret.lineage_epoch;
    if (comes_after && lacking == nullptr && change.when < complete_to) lacking = &change;
  }
  if (lacking == nullptr) return;
  const Duration age = at.clock.monotonic() - lacking->when;
  violated(describe(at, name) + ": it says that it is at most " + std::to_string(lag.count()) +
           " ms behind, and lacks generation " + std::to_string(lacking->generation) + " of " + lacking->suffix +
           " of " + std::to_string(age.count()) + " ms ago");
}

void Oracle::after_arrival(Site& at) {
  for (const Difference& difference : look(at))
    check_arrived(at, difference);
  look_at_states(at, MayChange::kArrival, {});
}

void Oracle::after_step(Site& at) {
  for (const Difference& difference : look(at))
    violated(describe(at, difference.name) + ": changed by sending it");
  look_at_states(at, MayChange::kArrival, {});
}

bool Oracle::has_only_copies(const Site& at) {
  const Known& here = known(at);
  const bool is_home = must(at.process->home.claim()).region == at.name;
  return !is_home && here.maybe.empty() && here.maybe_states.empty() &&
         std::ranges::all_of(here.secrets,
                             [](const auto& entry) { return entry.second.secret.role == Role::kReplica; });
}

void Oracle::after_sweep(Site& at, bool is_certain) {
  for (const Difference& difference : look(at)) {
    const bool was_over = difference.before && difference.before->secret.deletion_date &&
                          *difference.before->secret.deletion_date <= at.clock.now();
    if (difference.now || !was_over) violated(describe(at, difference.name) + ": erased before its time");
  }
  if (is_certain) return;
  for (const auto& [name, secret] : known(at).secrets) {
    if (secret.secret.deletion_date) known(at).maybe.insert(name);
  }
}

void Oracle::after_restart(Site& at) {
  Known& here = known(at);
  // Everything is read anew.
  here.revisions.clear();
  for (const std::string& name : names_)
    here.revisions[name] = ~store::Revision{0};
  for (const Difference& difference : look(at)) {
    const std::string where = describe(at, difference.name) + ", after a restart";
    const auto& [name, before, now] = difference;
    const bool is_primary = now ? now->secret.role == Role::kPrimary : before->secret.role == Role::kPrimary;
    const bool was_primary = before && before->secret.role == Role::kPrimary;
    if (!here.maybe.contains(name)) {
      if (is_primary || was_primary) {
        const bool replaced = now && now->secret.role == Role::kReplica;
        if (!replaced) {
          violated(where + ": it is not what was acknowledged");
          continue;
        }
      }
      check_arrived(at, difference);
      continue;
    }
    if (!now) continue;
    if (now->secret.role == Role::kReplica) {
      check_arrived(at, difference);
      continue;
    }
    if (before && before->secret.suffix == now->secret.suffix &&
        now->secret.generation != generation_after(before->secret)) {
      violated(where + ": more was lost or won than one change");
    }
    record(at, *now);
  }
  here.maybe.clear();
  look_at_states(at, MayChange::kAnything, {});
  here.maybe_states.clear();
}

std::string Oracle::text_of(const Process& process, const home::StateId& id) {
  const home::StateKind& kind = *home::find_kind(process.kinds, id.kind);
  const std::string prefix = kind.prefix(id);
  std::string text;
  for (const store::Row& row : must(home::rows_in_force(prefix, must(process.store.scan(home::state_range(prefix)))))) {
    const home::StateRow shown = must(kind.leaving(id, home::row_name(prefix, row.key), row.value));
    text += row.key + "=" + *shown.value;
    for (const SecretBytes& secret : shown.secrets)
      text += " secret " + std::string(secret.view(SecretAccess("simulation")));
    text += "\n";
  }
  return text;
}

void Oracle::after_identity_change(Site& at, const AccountId& account, bool is_certain) {
  look_at_states(at, MayChange::kHere, account);
  if (is_certain) return;
  for (const home::StateId& id : {iam::state_of_account(account), iam::identities_of(account)})
    known(at).maybe_states.insert(key_of(id));
}

void Oracle::look_at_states(Site& at, MayChange may, const AccountId& account) {
  if (!at.up() || violation_) return;
  Known& here = known(at);
  const home::Claim claim = must(at.process->home.claim());
  if (claim.epoch < here.home_epoch) violated(at.name.text() + ": the epoch of the home has gone down");
  here.home_epoch = claim.epoch;
  for (const AccountId& each : accounts_) {
    for (const home::StateId& id : {iam::state_of_account(each), iam::identities_of(each)}) {
      const std::string key = key_of(id);
      const std::string where = key + " in " + at.name.text();
      const home::Stamp stamp = must(home::read_state(at.process->store, id)).info.stamp;
      SeenState& before = here.states[key];
      const bool is_new = stamp != before.stamp;
      if (!is_new && may != MayChange::kAnything) continue;
      std::string text = text_of(*at.process, id);
      if (!is_new) {
        if (text != before.text) violated(where + ": it is not what was acknowledged");
        continue;
      }
      // A new home may not have seen what the old one had made, which is then lost.
      if (claim.epoch == before.home_epoch && stamp.generation < before.stamp.generation)
        violated(where + ": it went back to an older state");
      auto& made = made_states_[key];
      const auto found = made.find(stamp.id);
      const bool maybe = may == MayChange::kAnything && here.maybe_states.contains(key);
      const bool is_own = (may == MayChange::kHere && each == account) || maybe;
      if (stamp.generation == 0) {
        if (!text.empty()) violated(where + ": it is gone, and something of it is there");
      } else if (found != made.end()) {
        if (found->second != text)
          violated(where + ": it is not what the home made:\n" + found->second + "---\n" + text);
      } else if (is_own && claim.region == at.name) {
        made.emplace(stamp.id, text);
      } else {
        violated(where + ": a state that no home has made");
      }
      if (may == MayChange::kNobody) violated(where + ": changed by a call that has nothing to do with it");
      before = {stamp, std::move(text), claim.epoch};
    }
  }
}

void Oracle::before_forgetting(const Site& at, const std::vector<Region>& left) {
  for (const auto& [name, seen] : known(at).secrets) {
    if (seen.secret.role != Role::kPrimary) continue;
    for (const secrets::ReplicaRegion& replica : seen.secret.replicas) {
      if (std::ranges::count(left, replica.region) == 0) continue;
      uint64_t& epoch = removed_[{seen.secret.suffix, replica.region.text()}];
      epoch = std::max(epoch, seen.secret.lineage_epoch);
    }
  }
}

void Oracle::after_forgetting(Site& at, const std::vector<Region>& left, bool is_certain) {
  const auto remaining = [&left](const secrets::Secret& secret) {
    std::vector<Region> regions;
    for (const secrets::ReplicaRegion& replica : secret.replicas)
      if (std::ranges::count(left, replica.region) == 0) regions.push_back(replica.region);
    return regions;
  };
  const auto all = [](const secrets::Secret& secret) {
    std::vector<Region> regions;
    for (const secrets::ReplicaRegion& replica : secret.replicas)
      regions.push_back(replica.region);
    return regions;
  };
  for (const Difference& difference : look(at)) {
    const auto& [name, before, now] = difference;
    const bool is_forgotten = before && now && before->secret.role == Role::kPrimary &&
                              now->secret.role == Role::kPrimary && before->secret.suffix == now->secret.suffix &&
                              before->text == now->text && remaining(before->secret) == all(now->secret);
    if (!is_forgotten) {
      violated(describe(at, name) + ": changed otherwise when a region was forgotten");
      continue;
    }
    record(at, *now);
    acknowledged_[name].push_back(
        {now->secret.suffix, at.name, now->secret.lineage_epoch, now->secret.generation, at.clock.monotonic()});
  }
  if (is_certain) return;
  for (const auto& [name, seen] : known(at).secrets)
    if (remaining(seen.secret) != all(seen.secret)) known(at).maybe.insert(name);
}

void Oracle::check_convergence(const std::vector<Site*>& regions) {
  const auto find = [&regions](const Region& name) -> Site* {
    const auto found = std::ranges::find_if(regions, [&name](const Site* region) { return region->name == name; });
    return found == regions.end() ? nullptr : *found;
  };
  for (Site* const region : regions) {
    for (const std::string& name : names_) {
      const auto view = must(region->process->secrets.find(kAccount, name));
      if (!view) continue;
      const secrets::Secret& secret = view->secret;
      const std::string where = describe(*region, name);
      if (secret.role == Role::kReplica) {
        // Nobody has told the promoted one of it yet.
        if (!secret.has_arrived() && given_up_.contains({secret.suffix, region->name.text()})) continue;
        const Site* const home = find(secret.primary_region);
        if (home == nullptr) {
          violated(where + ": a copy whose primary's region, " + secret.primary_region.text() + ", has left");
          continue;
        }
        const Seen* const primary = seen(*home, name);
        if (primary == nullptr || primary->secret.suffix != secret.suffix) {
          violated(where + ": a copy is left of a secret that is gone");
          continue;
        }
        const bool is_listed =
            std::ranges::count(primary->secret.replicas, region->name, &secrets::ReplicaRegion::region) > 0;
        if (!is_listed) violated(where + ": a removed copy is left");
        continue;
      }
      for (const secrets::ReplicaRegion& replica : secret.replicas) {
        const Site* const there = find(replica.region);
        if (there == nullptr) {
          violated(where + ": " + replica.region.text() + " has left, and is among its replicas");
          continue;
        }
        const auto status = view->replica_status(replica.region);
        if (status.status == "InProgress") violated(where + ": " + replica.region.text() + " is InProgress for ever");
        if (status.status != "InSync") continue;
        const Seen* const copy = seen(*there, name);
        // A primary that was replaced hears of it when it sends again: the promoted one may have taken the copy, and
        // removed it.
        const bool is_replaced = std::ranges::any_of(
            made_[secret.suffix], [&secret](const auto& made) { return made.second.epoch > secret.lineage_epoch; });
        if (copy == nullptr && !is_replaced && !promoted_.contains({secret.suffix, replica.region.text()})) {
          violated(where + ": " + replica.region.text() + " is InSync, and has nothing");
          continue;
        }
        // A copy may have been promoted since.
        if (copy == nullptr || copy->secret.role == Role::kPrimary || copy->secret.primary_region != region->name)
          continue;
        if (copy->text != seen(*region, name)->text)
          violated(where + ": the copy in " + replica.region.text() + " is another");
        ++copies_in_sync;
      }
    }
  }
  const home::Claim claim = must(regions.front()->process->home.claim());
  const Site* const home = find(claim.region);
  if (home == nullptr) return violated("the home of identities, " + claim.region.text() + ", has left");
  for (Site* const region : regions) {
    if (must(region->process->home.claim()) != claim) violated(region->name.text() + " knows another home");
    for (const AccountId& account : accounts_) {
      for (const home::StateId& id : {iam::state_of_account(account), iam::identities_of(account)}) {
        if (text_of(*region->process, id) != text_of(*home->process, id))
          violated(key_of(id) + " in " + region->name.text() + " is not what the home has");
      }
    }
  }
}

}  // namespace coffer::sim
