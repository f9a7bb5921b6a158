#include "kms/key_exchange.h"

#include <algorithm>

#include "kms/key_store.h"
#include "kms/lineage_changes.h"

namespace coffer::kms {
namespace {

using Current = KeyStore::Current;

// nullopt when there is no such key.
Result<std::optional<Current>> load(const KeyStore& keys, const KeyName& key) {
  Result<Current> current = keys.load(key);
  if (current.ok()) return std::optional(std::move(current).value());
  if (current.error().code == ErrorCode::kNotFoundOnWire) return std::optional<Current>();
  return std::move(current).error();
}

// Commits `after` if it is another.
Result<void> replace(KeyStore& keys, const Current& before, StoredKey after) {
  if (after == before.key) return {};
  return keys.replace(before, std::move(after));
}

// What the other region needs not know, or would take for its own.
Lineage shown_to(const Region& destination, Lineage lineage) {
  const bool takes_over = lineage.primary == destination;
  lineage.since = 0;
  for (Replica& replica : lineage.replicas) {
    replica.materials = 0;
    replica.state = KeyState::kEnabled;
    replica.is_lost = false;
    if (!takes_over && replica.region != destination) replica.birth.reset();
  }
  return lineage;
}

Result<SharedKey> share(const KeyStore& keys, const StoredKey& stored, const Region& destination) {
  SharedKey shared{
      stored.info.name, shown_to(destination, *stored.lineage), stored.info.rotation, {}, stored.unused_materials};
  const std::string row = key_row(stored.info.name);
  for (const StoredMaterial& material : stored.materials) {
    COFFER_ASSIGN(SecretBytes value, keys.parts().region_key.unwrap(material.wrapped, material_context(row, material)));
    shared.materials.push_back({material.id, material.created, material.cause, std::move(value)});
  }
  return shared;
}

// Adds what is not there yet. kCorrupt unless what is there is the beginning of what comes.
Result<void> take_materials(const KeyStore& keys, const SharedKey& shared, StoredKey& stored) {
  const Error other{ErrorCode::kCorrupt, "a multi-region key has other materials in another region"};
  if (shared.materials.size() < stored.materials.size()) return other;
  const std::string row = key_row(stored.info.name);
  for (size_t i = 0; i < shared.materials.size(); ++i) {
    const SharedMaterial& from = shared.materials[i];
    if (i < stored.materials.size()) {
      if (stored.materials[i].id != from.id) return other;
      continue;
    }
    StoredMaterial material{from.id, {}, from.created, from.cause};
    material.wrapped = keys.parts().region_key.wrap(from.value, material_context(row, material), keys.parts().random);
    stored.materials.push_back(std::move(material));
  }
  stored.unused_materials = shared.unused_materials;
  stored.info.rotation = shared.rotation;
  return {};
}

// The replicas are told of it, and tell in turn what they have and in which state they are.
void take_over(StoredKey& key) {
  key.info.multi_region = MultiRegion::kPrimary;
  key.lineage->since = 0;
  ++key.lineage->stamp.generation;
  if (key.info.state != KeyState::kPendingDeletion) return;
  // Not before its replicas.
  key.info.state = KeyState::kPendingReplicaDeletion;
  key.info.deletion_date.reset();
}

void follow(StoredKey& key, uint64_t since, Time now) {
  key.info.multi_region = MultiRegion::kReplica;
  key.lineage->since = since;
  for (Replica& replica : key.lineage->replicas)
    replica.birth.reset();
  // It was a primary, of an older epoch.
  if (key.info.state != KeyState::kPendingReplicaDeletion) return;
  key.info.state = KeyState::kPendingDeletion;
  key.info.deletion_date = now + std::chrono::hours(24) * key.waiting_days;
}

// The region that hands over and this one do not agree which regions there are. If this one counted on such a region,
// it would wait for it for ever; if it left it out, a replica in a region that has come again would be forgotten.
bool counts_on_removed(const RegionList& regions, const Lineage& lineage) {
  return std::ranges::any_of(lineage.replicas,
                             [&](const Replica& replica) { return regions.was_removed(replica.region); });
}

KeyAnswer answer_of(KeyVerdict verdict, const StoredKey& key) {
  return {verdict, key.lineage->stamp, key.materials.size()};
}

Result<KeyAnswer> begin_replica(KeyStore& keys, const SharedKey& shared, const Replica* mine) {
  const Region& here = keys.parts().regions.self();
  COFFER_ASSIGN(const auto deleted, keys.deletion_of(shared.name));
  if (deleted && (mine == nullptr || mine->since <= deleted->generation)) {
    return KeyAnswer{KeyVerdict::kStale, {1, deleted->generation}, 0};
  }
  if (mine == nullptr || !mine->birth || shared.lineage.primary == here) return KeyAnswer{KeyVerdict::kUnknown, {}, 0};
  StoredKey made;
  made.info.name = shared.name;
  made.info.created = keys.parts().clock.now();
  made.info.description = mine->birth->description;
  made.info.tags = mine->birth->tags;
  made.policy = mine->birth->policy;
  made.lineage = shared.lineage;
  COFFER_TRY(take_materials(keys, shared, made));
  follow(made, mine->since, made.info.created);
  COFFER_TRY(keys.add_replica(made));
  return answer_of(KeyVerdict::kApplied, made);
}

Result<KeyAnswer> take(KeyStore& keys, const SharedKey& shared, const Current& current) {
  const Region& here = keys.parts().regions.self();
  const Replica* const mine = shared.lineage.find(here);
  const bool takes_over = shared.lineage.primary == here;
  if (!current.key.lineage) return Error{ErrorCode::kCorrupt, "a key is multi-region elsewhere, and not here"};
  const Stamp& stamp = current.key.lineage->stamp;
  if (shared.lineage.stamp < stamp) return answer_of(KeyVerdict::kStale, current.key);
  if (shared.lineage.stamp == stamp) return answer_of(KeyVerdict::kApplied, current.key);
  if (!takes_over && mine == nullptr) return answer_of(KeyVerdict::kUnknown, current.key);
  if (takes_over && counts_on_removed(keys.parts().regions, shared.lineage)) {
    return answer_of(KeyVerdict::kBusy, current.key);
  }
  // It was taken off the list, and does not know it yet. The primary that it knows may be there no more: this one can
  // tell.
  const bool is_other = current.key.is_replica() && !takes_over && mine->since != current.key.lineage->since;
  // But for one that was to be the primary, and whose region had lost it when the hand-over was taken back: the entry
  // is of that moment, and stands for whatever the region finds again.
  const bool is_found_again = is_other && shared.lineage.former == here && !mine->birth;
  if (is_other && !is_found_again) {
    StoredKey asks = current.key;
    asks.lineage->primary = shared.lineage.primary;
    COFFER_TRY(replace(keys, current, std::move(asks)));
    return answer_of(KeyVerdict::kBusy, current.key);
  }
  StoredKey after = current.key;
  COFFER_TRY(take_materials(keys, shared, after));
  after.lineage = shared.lineage;
  after.is_handing_over = false;
  after.is_successor_lost = false;
  if (takes_over) {
    after.is_ending = false;
    take_over(after);
  } else {
    follow(after, mine->since, keys.parts().clock.now());
  }
  const KeyAnswer answer = answer_of(KeyVerdict::kApplied, after);
  COFFER_TRY(keys.replace(current, std::move(after)));
  return answer;
}

// A primary that was restored from a backup goes on behind what its replicas know, so that nothing that it says from
// now on is about the time that it has forgotten.
void catch_up(StoredKey& primary, uint64_t generation) {
  uint64_t& known = primary.lineage->stamp.generation;
  known = std::max(known, generation);
}

// The primary takes the replica off its list; what it answers then holds for ever.
Result<KeyAnswer> let_go(KeyStore& keys, const Region& replica, uint64_t generation, const Current& current) {
  StoredKey after = current.key;
  catch_up(after, generation);
  after.lineage->remove(replica);
  settle_replicas(after, keys.parts().clock.now());
  KeyAnswer answer = answer_of(KeyVerdict::kGone, after);
  ++answer.stamp.generation;  // as replace() counts
  COFFER_TRY(keys.replace(current, std::move(after)));
  return answer;
}

// Whether the primary knows less than its replica, of the same epoch, and both are to end: it was restored from a
// backup, and what it has forgotten cannot matter to anybody any more.
bool both_are_ending(const StoredKey& primary, const ReplicaReport& report, const Region& from) {
  return primary.is_primary() && primary.info.state == KeyState::kPendingReplicaDeletion && report.is_ending &&
         primary.lineage->stamp.epoch == report.stamp.epoch && primary.lineage->find(from) != nullptr;
}

Result<KeyAnswer> note(KeyStore& keys, const Region& from, const ReplicaReport& report, const Current& current) {
  const KeyAnswer not_yet = answer_of(KeyVerdict::kNotYet, current.key);
  if (current.key.lineage->primary == from) return not_yet;
  if (current.key.lineage->stamp < report.stamp) {
    const bool may_go = both_are_ending(current.key, report, from);
    return may_go ? let_go(keys, from, report.stamp.generation, current) : not_yet;
  }
  // What was taken off the list never comes back to it: to know that one need not be the primary any more. Otherwise
  // who was let go, and did not hear of it before the hand-over, would ask in vain for ever.
  const Replica* const known = current.key.lineage->find(from);
  if (known == nullptr) return answer_of(KeyVerdict::kGone, current.key);
  if (known->since > report.since) {
    KeyAnswer gone = answer_of(KeyVerdict::kGone, current.key);
    gone.stamp.generation = known->since - 1;  // the one that is on the list is still to come
    return gone;
  }
  if (!current.key.is_primary() || known->since < report.since) return not_yet;
  if (report.is_ending) return let_go(keys, from, 0, current);
  StoredKey after = current.key;
  after.lineage->find(from)->state = report.state;
  COFFER_TRY(replace(keys, current, std::move(after)));
  return answer_of(KeyVerdict::kNoted, current.key);
}

// Why a shared key is to be sent again.
std::string complaint(const KeyAnswer& answer, const Stamp& sent, const Region& destination) {
  switch (answer.verdict) {
    case KeyVerdict::kBusy:
      return "an earlier replica in " + destination.text() + " has not gone yet";
    case KeyVerdict::kUnknown:
      return destination.text() + " has lost the key";
    case KeyVerdict::kStale:
      return answer.stamp.epoch > sent.epoch
                 ? destination.text() + " knows a later primary of the key"
                 : destination.text() + " knows changes of the key which this region, its primary, does not";
    default:
      return destination.text() + " gave an unexpected answer";
  }
}

Result<std::string> settle_shared(KeyStore& keys, const SharedKey& sent, const Region& destination,
                                  const KeyAnswer& answer) {
  COFFER_ASSIGN(const auto current, load(keys, sent.name));
  if (!current || !current->key.lineage) return std::string();
  StoredKey after = current->key;
  if (after.is_replica()) {
    // The next primary has taken over, and perhaps handed over since.
    const bool is_this_one = after.is_handing_over && after.lineage->stamp == sent.lineage.stamp;
    if (!is_this_one) return std::string();
    const bool is_taken = answer.verdict == KeyVerdict::kApplied || answer.verdict == KeyVerdict::kStale;
    if (!is_taken || answer.stamp.epoch < sent.lineage.stamp.epoch) {
      after.is_successor_lost = answer.verdict == KeyVerdict::kUnknown;
      COFFER_TRY(replace(keys, *current, std::move(after)));
      if (answer.verdict != KeyVerdict::kBusy) return complaint(answer, sent.lineage.stamp, destination);
      return destination.text() + " takes the key over when the regions agree to which others it is replicated: one " +
             "that was removed there is still counted on here";
    }
    after.is_handing_over = false;
    after.is_successor_lost = false;
    COFFER_TRY(replace(keys, *current, std::move(after)));
    return std::string();
  }
  const Replica* const meant = sent.lineage.find(destination);
  Replica* const replica = after.lineage->find(destination);
  const bool is_listed = replica != nullptr && meant != nullptr && replica->since == meant->since;
  if (!is_listed || after.lineage->primary != sent.lineage.primary) return std::string();
  // Deleted there since, as a later state of this key has allowed, which this one was restored from before.
  const bool was_deleted =
      answer.verdict == KeyVerdict::kStale && answer.materials == 0 && answer.stamp.generation >= replica->since;
  if (was_deleted) {
    catch_up(after, answer.stamp.generation);
    after.lineage->remove(destination);
    settle_replicas(after, keys.parts().clock.now());
    COFFER_TRY(replace(keys, *current, std::move(after)));
    return std::string();
  }
  if (answer.verdict != KeyVerdict::kApplied) {
    // What was there goes after it was taken off the list only: the region has lost its disk, or has an older one.
    const bool was_there = !meant->birth && !replica->birth;
    if (answer.verdict == KeyVerdict::kUnknown && was_there) {
      replica->is_lost = true;
      COFFER_TRY(replace(keys, *current, std::move(after)));
    }
    return complaint(answer, sent.lineage.stamp, destination);
  }
  replica->birth.reset();
  replica->is_lost = false;
  replica->materials = std::max(replica->materials, answer.materials);
  settle_replicas(after, keys.parts().clock.now());
  COFFER_TRY(replace(keys, *current, std::move(after)));
  return std::string();
}

}  // namespace

Result<KeyMessage> KeyExchange::message_for(const KeyName& key, const Region& destination) const {
  const KeyStore& keys = keyring_.key_store();
  COFFER_ASSIGN(const auto current, load(keys, key));
  if (!current || !current->key.lineage) return KeyMessage();
  const StoredKey& stored = current->key;
  const bool is_for_replica = stored.is_primary() && stored.lineage->find(destination) != nullptr;
  const bool is_for_primary = stored.is_replica() && stored.lineage->primary == destination;
  if (is_for_replica || (is_for_primary && stored.is_handing_over)) {
    COFFER_ASSIGN(SharedKey shared, share(keys, stored, destination));
    return KeyMessage(std::move(shared));
  }
  if (!is_for_primary) return KeyMessage();
  return KeyMessage(
      ReplicaReport{key, stored.lineage->stamp, stored.lineage->since, stored.info.state, stored.is_ending});
}

Result<std::string> KeyExchange::settle(const SharedKey& sent, const Region& destination, const KeyAnswer& answer) {
  return until_undisturbed([&] { return settle_shared(keyring_.key_store(), sent, destination, answer); });
}

Result<std::string> KeyExchange::settle(const ReplicaReport& sent, const Region& destination, const KeyAnswer& answer) {
  switch (answer.verdict) {
    case KeyVerdict::kNoted:
      return std::string();
    case KeyVerdict::kGone:
      // It is not for the primary to decide, but one of the two was restored from a backup, or made anew without it.
      if (!sent.is_ending) return destination.text() + ", where the primary is, does not count on this replica";
      COFFER_TRY(keyring_.key_store().erase_replica(sent.name, sent.since, answer.stamp.generation));
      return std::string();
    case KeyVerdict::kUnknown:
      return destination.text() + ", where the primary is, does not know the key";
    default:
      return destination.text() + " is not the primary of the key yet, or knows less of it than this region";
  }
}

Result<KeyAnswer> KeyExchange::apply(const SharedKey& shared) {
  KeyStore& keys = keyring_.key_store();
  return until_undisturbed([&]() -> Result<KeyAnswer> {
    COFFER_ASSIGN(const auto current, load(keys, shared.name));
    if (current) return take(keys, shared, *current);
    return begin_replica(keys, shared, shared.lineage.find(keys.parts().regions.self()));
  });
}

Result<KeyAnswer> KeyExchange::apply(const Region& from, const ReplicaReport& report) {
  KeyStore& keys = keyring_.key_store();
  return until_undisturbed([&]() -> Result<KeyAnswer> {
    COFFER_ASSIGN(const auto current, load(keys, report.name));
    if (current && current->key.lineage) return note(keys, from, report, *current);
    COFFER_ASSIGN(const auto deleted, keys.deletion_of(report.name));
    // A primary goes after its replicas. What was a replica here has no say.
    if (deleted && deleted->of_primary) return KeyAnswer{KeyVerdict::kGone, {1, deleted->generation}, 0};
    return KeyAnswer{KeyVerdict::kUnknown, {}, 0};
  });
}

}  // namespace coffer::kms
