#include "sim/keys_family.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "kms/key_store.h"
#include "kms/operations.h"
#include "sim/json_member.h"
#include "store/keys.h"

namespace coffer::sim {
namespace {

using std::chrono::hours;

constexpr size_t kMaxKeys = 2;  // that are not gone
constexpr size_t kMaxCiphertexts = 16;
constexpr Duration kBeyondDeletion = hours(24 * 8);

std::string describe(const Site& at, const kms::KeyName& name) {
  return name.id + " in " + at.name.text();
}

std::string id_of(const kms::KeyName& name) {
  return R"({"KeyId":")" + name.id + '"';
}

}  // namespace

std::optional<kms::StoredKey> KeysFamily::find(const Site& at, const Key& key) {
  auto found = at.process->keyring.key_store().load(key.name);
  if (!found.ok() && found.error().code != ErrorCode::kNotFoundOnWire) fail(found.error());
  return found.ok() ? std::optional(std::move(found->key)) : std::nullopt;
}

Answer KeysFamily::call(Site& at, std::string_view operation, const std::string& input) {
  const Answer answer = at.process->call_kms(kAccount, operation, input);
  world_.trace.tell(at.name.text(), " ", operation, " ", input, ": ", std::to_string(answer.status), " ", answer.error,
                    " ", answer.message);
  return answer;
}

void KeysFamily::happen(Site& at) {
  if (world_.chance(15)) return erase(at);
  if (world_.chance(3)) return world_.advance(hours(24 * 4));
  const auto living = static_cast<size_t>(std::ranges::count(keys_, false, &Key::is_gone));
  if (living == 0 || (living < kMaxKeys && world_.chance(5))) return create(at);
  Key& key = keys_[world_.random.uniform(static_cast<uint32_t>(keys_.size()))];
  if (!find(at, key)) return;
  world_.chance(45) ? use(at, key) : change(at, key);
}

void KeysFamily::create(Site& at) {
  const Answer made = call(at, "CreateKey", R"({"MultiRegion":true})");
  if (!made.ok()) return;
  Key& key = keys_.emplace_back();
  key.name = {kAccount, json_member(made.output, "KeyId")};
  key.places[at.name.text()].asked = 1;
}

void KeysFamily::use(Site& at, Key& key) {
  if (key.ciphertexts.size() < kMaxCiphertexts || world_.chance(20)) return encrypt(at, key);
  check_opens(at, key, true);
}

void KeysFamily::encrypt(Site& at, Key& key) {
  std::array<std::byte, 12> drawn;
  world_.random.fill(drawn);
  const std::string plaintext = base64_encode(drawn);
  const Answer answer = call(at, "Encrypt", id_of(key.name) + R"(,"Plaintext":")" + plaintext + R"("})");
  if (!answer.ok()) return;
  if (key.ciphertexts.size() >= kMaxCiphertexts)
    key.ciphertexts.erase(key.ciphertexts.begin() + world_.random.uniform(kMaxCiphertexts));
  key.ciphertexts.push_back({json_member(answer.output, "CiphertextBlob"), plaintext});
  ++world_.outcome.encrypted;
  for (const auto& site : world_.sites)
    if (site->up()) check_opens(*site, key, false);
}

// Whatever the key has encrypted anywhere, or the last of it.
void KeysFamily::check_opens(Site& at, Key& key, bool is_all) {
  const auto here = find(at, key);
  if (!here || here->info.state != kms::KeyState::kEnabled) return;
  // Nobody has sent it anything since it was given up, or will.
  if (at.was_given_up) return;
  for (auto ciphertext = key.ciphertexts.rbegin(); ciphertext != key.ciphertexts.rend(); ++ciphertext) {
    const Answer answer =
        at.process->call_kms(kAccount, "Decrypt", R"({"CiphertextBlob":")" + ciphertext->blob + R"("})");
    if (answer.is_unknown()) return;
    if (!answer.ok() || json_member(answer.output, "Plaintext") != ciphertext->plaintext)
      return world_.oracle.violated(describe(at, key.name) + " does not open what it has encrypted: " + answer.error);
    if (!is_all) return;
  }
}

void KeysFamily::change(Site& at, Key& key) {
  const uint32_t kind = world_.random.uniform(100);
  Site* const primary = primary_of(key);
  // Only the primary can do these, as most who ask know.
  if (kind < 65 && primary != nullptr && primary != &at && world_.chance(75)) return change(*primary, key);
  Region to = world_.pick(world_.sites)->name;
  if (kind < 30) return replicate(at, key, to);
  const auto here = find(at, key);
  if (here && !here->lineage->replicas.empty() && world_.chance(80)) to = world_.pick(here->lineage->replicas).region;
  if (kind < 45) {
    const Answer answer =
        call(at, "UpdatePrimaryRegion", id_of(key.name) + R"(,"PrimaryRegion":")" + to.text() + R"("})");
    if (answer.ok()) ++world_.outcome.keys_handed_over;
  } else if (kind < 65) {
    const Answer answer = call(at, "RotateKeyOnDemand", id_of(key.name) + "}");
    if (answer.ok()) ++world_.outcome.keys_rotated;
  } else if (kind < 75) {
    (void)call(at, "ScheduleKeyDeletion", id_of(key.name) + R"(,"PendingWindowInDays":7})");
  } else if (kind < 84) {
    (void)call(at, "CancelKeyDeletion", id_of(key.name) + "}");
  } else if (kind < 88) {
    (void)call(at, "DisableKey", id_of(key.name) + "}");
  } else {
    (void)call(at, "EnableKey", id_of(key.name) + "}");
  }
  look(at);
}

void KeysFamily::replicate(Site& at, Key& key, const Region& to) {
  const Answer answer = call(at, "ReplicateKey", id_of(key.name) + R"(,"ReplicaRegion":")" + to.text() + R"("})");
  if (answer.ok() || answer.is_unknown()) ++key.places[to.text()].asked;
  if (answer.ok()) ++world_.outcome.keys_replicated;
  look(at);
}

void KeysFamily::erase(Site& at) {
  const Visit visit(at);
  const Result<size_t> erased = at.process->keyring.erase_expired();
  world_.trace.tell(at.name.text(), " erases keys: ", erased.ok() ? std::to_string(*erased) : erased.error().message);
}

void KeysFamily::look(Site& at) {
  for (Key& key : keys_)
    look_at(at, key);
}

void KeysFamily::look_at(Site& at, Key& key) {
  Place& place = key.places[at.name.text()];
  const auto here = find(at, key);
  const std::string where = describe(at, key.name);
  if (here && !place.is_there) {
    if (place.asked == 0) return world_.oracle.violated(where + ": it is there, and nobody has asked for it");
    --place.asked;
  }
  if (!here && place.is_there) {
    const bool was_due = place.deletion_date && *place.deletion_date <= at.clock.now();
    if (!was_due) return world_.oracle.violated(where + ": it has gone, and its time had not come");
    ++world_.outcome.keys_deleted;
  }
  place.is_there = here.has_value();
  key.is_gone = std::ranges::none_of(key.places, [](const auto& entry) { return entry.second.is_there; });
  place.deletion_date = here ? here->info.deletion_date : std::nullopt;
  if (!here || !here->is_primary()) return;
  const auto [found, is_new] = key.primaries.try_emplace(here->lineage->stamp.epoch, at.name);
  if (found->second != at.name)
    world_.oracle.violated(where + " is the primary of an epoch in which " + found->second.text() + " was");
}

std::vector<Site*> KeysFamily::members() const {
  std::vector<Site*> members;
  for (const auto& site : world_.sites)
    if (site->up() && !site->is_out) members.push_back(site.get());
  return members;
}

Site* KeysFamily::primary_of(const Key& key) const {
  Site* primary = nullptr;
  uint64_t epoch = 0;
  for (Site* site : members()) {
    const auto here = find(*site, key);
    if (!here || !here->is_primary() || here->lineage->stamp.epoch < epoch) continue;
    primary = site;
    epoch = here->lineage->stamp.epoch;
  }
  return primary;
}

// What only its primary could end, or who is to be it. The primary may be in a region that does not answer.
bool KeysFamily::may_lose_disk(const Site& at) {
  return std::ranges::all_of(keys_, [&](const Key& key) {
    if (!key.primaries.empty() && key.primaries.rbegin()->second == at.name) return false;
    const auto place = key.places.find(at.name.text());
    if (!at.up() && place != key.places.end() && place->second.is_there) return false;
    const auto here = at.up() ? find(at, key) : std::nullopt;
    if (here && (here->is_primary() || here->is_handing_over)) return false;
    return std::ranges::all_of(world_.sites, [&](const auto& site) {
      if (site.get() == &at) return true;
      const auto there = site->up() ? find(*site, key) : std::nullopt;
      return site->up() && (!there || there->lineage->primary != at.name);
    });
  });
}

void KeysFamily::lost_disk(const Site& at) {
  for (Key& key : keys_) {
    Place& place = key.places[at.name.text()];
    // Its primary may still be making it.
    place = {.is_there = false, .deletion_date = {}, .asked = std::max(place.asked, 1)};
  }
}

bool KeysFamily::settle() {
  bool is_done = true;
  for (Key& key : keys_)
    is_done = mend(key) && is_done;
  return is_done;
}

// What an operator does when all is quiet: replicas that lost their disks are made again, those that were given up with
// their region are deleted. True if there is nothing to be done.
bool KeysFamily::mend(Key& key) {
  for (Site* site : members()) {
    const auto here = find(*site, key);
    if (!here || !here->is_handing_over || !here->is_successor_lost) continue;
    (void)call(*site, "UpdatePrimaryRegion", id_of(key.name) + R"(,"PrimaryRegion":")" + site->name.text() + R"("})");
    return false;
  }
  Site* const primary = primary_of(key);
  bool is_done = true;
  if (primary == nullptr) {
    const std::vector<Site*> all = members();
    for (Site* site : all) {
      const auto here = find(*site, key);
      if (!here || !here->is_replica() || !site->was_given_up) continue;
      // If that region is not there, nobody can end it.
      const auto was_primary = std::ranges::find(all, here->lineage->primary, [](Site* each) { return each->name; });
      if (was_primary == all.end() || find(**was_primary, key)) continue;
      is_done = false;
      end_given_up(key, *site);
    }
    return is_done;
  }
  const auto first = find(*primary, key);
  for (const kms::Replica& replica : first->lineage->replicas) {
    if (!replica.is_lost) continue;
    is_done = false;
    if (first->info.state == kms::KeyState::kPendingReplicaDeletion)
      (void)call(*primary, "CancelKeyDeletion", id_of(key.name) + "}");
    (void)call(*primary, "EnableKey", id_of(key.name) + "}");
    replicate(*primary, key, replica.region);
  }
  for (Site* site : members()) {
    const auto here = find(*site, key);
    if (!here || site == primary || !site->was_given_up) continue;
    const kms::Replica* const listed = first->lineage->find(site->name);
    if (listed != nullptr && listed->since == here->lineage->since) continue;
    is_done = false;
    if (here->is_replica()) end_given_up(key, *site);
  }
  return is_done;
}

void KeysFamily::end_given_up(const Key& key, Site& site) {
  if (find(site, key)->info.state != kms::KeyState::kPendingDeletion)
    (void)call(site, "ScheduleKeyDeletion", id_of(key.name) + R"(,"PendingWindowInDays":7})");
  look(site);
  world_.advance(kBeyondDeletion);
  erase(site);
  look(site);
}

// About a key whose primary was lost with its region, just after it had taken over: those that it had not told yet ask
// the former one for ever, which answers that it is the primary no more.
bool KeysFamily::is_hopeless(const store::Row& mark) {
  const auto about = store::OutboxKey::parse(mark.key);
  if (!about || about->kind != kms::kOutboxKind) return false;
  const auto key = std::ranges::find(keys_, kms::KeyName{about->account, about->name}, &Key::name);
  if (key == keys_.end() || primary_of(*key) != nullptr || key->primaries.empty()) return false;
  const std::vector<Site*> all = members();
  if (std::ranges::any_of(all, [&](Site* site) { return site->name == key->primaries.rbegin()->second; })) return false;
  return std::ranges::none_of(all, [&](Site* site) {
    const auto here = find(*site, *key);
    return here && here->is_handing_over;
  });
}

void KeysFamily::check_convergence() {
  for (Key& key : keys_)
    check_key(key);
}

void KeysFamily::check_key(Key& key) {
  const std::vector<Site*> all = members();
  std::vector<Site*> with;
  std::ranges::copy_if(all, std::back_inserter(with), [&](Site* site) { return find(*site, key).has_value(); });
  if (with.empty()) return;
  Site* const primary = primary_of(key);
  const bool was_given_up = std::ranges::any_of(world_.sites, [](const auto& site) { return site->was_given_up; });
  if (primary == nullptr) {
    if (!was_given_up) world_.oracle.violated(describe(*with.front(), key.name) + " has no primary any more");
    return;
  }
  const auto first = find(*primary, key);
  const std::string where = describe(*primary, key.name);
  for (const kms::Replica& replica : first->lineage->replicas) {
    const auto site = std::ranges::find(with, replica.region, [](Site* each) { return each->name; });
    if (site == with.end())
      world_.oracle.violated(where + ": " + replica.region.text() + " is on its list, and has none");
  }
  for (Site* site : with) {
    const auto here = find(*site, key);
    if (site == primary || site->was_given_up) continue;
    if (here->is_primary()) world_.oracle.violated(describe(*site, key.name) + " is a second primary");
    if (first->lineage->find(site->name) == nullptr)
      world_.oracle.violated(describe(*site, key.name) + " is not on the primary's list");
    if (here->materials.size() != first->materials.size() || here->current().id != first->current().id)
      world_.oracle.violated(describe(*site, key.name) + " has other materials than its primary");
    if (here->unused_materials != 0) world_.oracle.violated(describe(*site, key.name) + " is being rotated for ever");
  }
  for (Site* site : with) {
    (void)call(*site, "CancelKeyDeletion", id_of(key.name) + "}");
    (void)call(*site, "EnableKey", id_of(key.name) + "}");
    look(*site);
    check_opens(*site, key, true);
  }
}

}  // namespace coffer::sim
