#include "kms/key_rotation.h"

#include <algorithm>
#include <span>

#include "kms/key_store.h"

namespace coffer::kms {
namespace {

std::chrono::hours days(int count) {
  return std::chrono::hours(24) * count;
}

Result<void> check_rotatable(const Keyring& keyring, const KeyInfo& info) {
  const std::string arn = key_arn(keyring.region(), info.name);
  COFFER_TRY(keyring.key_store().refuse_pending(info));
  if (info.state == KeyState::kDisabled) return Error{ErrorCode::kDisabled, arn + " is disabled."};
  if (info.multi_region != MultiRegion::kReplica) return {};
  return Error{ErrorCode::kUnsupportedOperation, arn + " is not a multi-region primary key."};
}

// It does not encrypt before all replicas have it.
void rotate(const KeyStore& keys, StoredKey& stored, MaterialCause cause) {
  stored.materials.push_back(keys.make_material(stored, cause));
  if (stored.lineage && !stored.lineage->replicas.empty()) ++stored.unused_materials;
}

}  // namespace

Result<void> enable_rotation(Keyring& keyring, const KeyName& key, int period_days) {
  KeyStore& keys = keyring.key_store();
  const Time next = keys.parts().clock.now() + days(period_days);
  return keys.change(key, [&](StoredKey& stored) -> Result<void> {
    COFFER_TRY(check_rotatable(keyring, stored.info));
    auto& rotation = stored.info.rotation;
    if (!rotation || rotation->period_days != period_days) rotation = RotationSchedule{period_days, next};
    return {};
  });
}

Result<void> disable_rotation(Keyring& keyring, const KeyName& key) {
  return keyring.key_store().change(key, [&](StoredKey& stored) -> Result<void> {
    COFFER_TRY(check_rotatable(keyring, stored.info));
    stored.info.rotation.reset();
    return {};
  });
}

Result<void> rotate_on_demand(Keyring& keyring, const KeyName& key) {
  KeyStore& keys = keyring.key_store();
  return keys.change(key, [&](StoredKey& stored) -> Result<void> {
    COFFER_TRY(check_rotatable(keyring, stored.info));
    const auto done = std::ranges::count(stored.materials, MaterialCause::kOnDemandRotation, &StoredMaterial::cause);
    if (static_cast<size_t>(done) >= kMaxOnDemandRotations) {
      return Error{ErrorCode::kLimitExceeded,
                   "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations "
                   "can be performed for this key: " +
                       key_arn(keyring.region(), key)};
    }
    rotate(keys, stored, MaterialCause::kOnDemandRotation);
    return {};
  });
}

Result<std::vector<Material>> list_materials(const Keyring& keyring, const KeyName& key) {
  COFFER_ASSIGN(const KeyStore::Current current, keyring.key_store().load(key));
  std::vector<Material> all;
  const std::span materials(current.key.materials);
  for (const StoredMaterial& one : materials.first(materials.size() - current.key.unused_materials))
    all.push_back({material_id_text(one.id), one.created, one.cause});
  return all;
}

Result<size_t> Rotator::step() {
  if (!has_scheduled_) {
    COFFER_TRY(schedule_default_keys());
    has_scheduled_ = true;
  }
  KeyStore& keys = keyring_.key_store();
  return keys.for_each_due(DueFor::kRotation, [&keys](const KeyName& key, Time now) -> Result<bool> {
    return until_undisturbed([&]() -> Result<bool> {
      COFFER_ASSIGN(const KeyStore::Current current, keys.load(key));
      const auto due = rotation_date(current.key.info);
      if (!due || *due > now) return false;
      StoredKey rotated = current.key;
      rotate(keys, rotated, MaterialCause::kAutomaticRotation);
      // From now, not from when it was due: dates that were missed are not made up for.
      rotated.info.rotation->next = now + days(rotated.info.rotation->period_days);
      COFFER_TRY(keys.replace(current, rotated));
      return true;
    });
  });
}

// Those of versions before there was rotation: they count from the day on which they were made.
Result<void> Rotator::schedule_default_keys() {
  KeyStore& keys = keyring_.key_store();
  store::ScanRange range = store::ScanRange::prefix(all_keys_prefix());
  for (;;) {
    COFFER_ASSIGN(const auto rows, keys.parts().store.scan(range));
    for (const store::Row& row : rows) {
      const auto name = parse_key_row(row.key);
      const auto key = name ? decode_key(*name, row.value) : Result<StoredKey>(Error{ErrorCode::kCorrupt, {}});
      // Damage is found by whoever uses the key.
      if (!key.ok() || !key->info.is_default || key->info.rotation) continue;
      StoredKey scheduled = *key;
      scheduled.info.rotation = RotationSchedule{kDefaultRotationDays, key->info.created + days(kDefaultRotationDays)};
      const Result<void> done = keys.replace({*key, row.revision}, scheduled);
      if (!done.ok() && done.error().code != ErrorCode::kConflict) return done;
    }
    if (rows.size() < range.limit) return {};
    range.begin = rows.back().key + '\0';
  }
}

}  // namespace coffer::kms
