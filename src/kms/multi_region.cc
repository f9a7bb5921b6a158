#include "kms/multi_region.h"

#include "kms/key_store.h"
#include "kms/lineage_changes.h"
#include "kms/operations.h"

namespace coffer::kms {
namespace {

Result<void> check_primary(const KeyStore& keys, const KeyInfo& info) {
  const Region& here = keys.parts().regions.self();
  COFFER_TRY(keys.refuse_updating(info));
  if (info.multi_region == MultiRegion::kPrimary) return check_usable_state(info, here);
  return Error{ErrorCode::kUnsupportedOperation, key_arn(here, info.name) + " is not a multi-region primary key."};
}

Result<void> check_successor(const KeyName& key, const Region& region, const Replica* replica) {
  if (replica == nullptr) {
    return Error{ErrorCode::kNotFoundOnWire, "Key '" + key_arn(region, key) + "' does not exist"};
  }
  if (replica->is_lost) return Error{ErrorCode::kKmsInvalidState, key_arn(region, key) + " is unavailable."};
  if (replica->birth) return Error{ErrorCode::kKmsInvalidState, key_arn(region, key) + " is creating."};
  return check_usable_state({.name = key, .state = replica->state}, region);
}

}  // namespace

Result<void> replicate(Keyring& keyring, const KeyName& key, const Region& region, const Birth& birth) {
  const KeyStore& keys = keyring.key_store();
  return keyring.key_store().change(key, [&](StoredKey& stored) -> Result<void> {
    COFFER_TRY(check_primary(keys, stored.info));
    Lineage& lineage = *stored.lineage;
    const Replica* const there = lineage.find(region);
    if (region == keys.parts().regions.self() || (there != nullptr && !there->is_lost)) {
      return Error{ErrorCode::kAlreadyExists, key_arn(region, key) + " already exists."};
    }
    lineage.remove(region);
    lineage.add({region, lineage.stamp.generation + 1, 0, KeyState::kEnabled, birth});
    return {};
  });
}

Result<void> hand_over(Keyring& keyring, const KeyName& key, const Region& region) {
  const KeyStore& keys = keyring.key_store();
  const Region& here = keys.parts().regions.self();
  return keyring.key_store().change(key, [&](StoredKey& stored) -> Result<void> {
    if (stored.is_successor_lost && region == here) {
      COFFER_TRY(check_usable_state(stored.info, here));
      take_back(stored, here);
      return {};
    }
    COFFER_TRY(check_primary(keys, stored.info));
    Lineage& lineage = *stored.lineage;
    COFFER_TRY(check_successor(key, region, lineage.find(region)));
    ++lineage.stamp.epoch;
    ++lineage.stamp.generation;
    lineage.since = lineage.stamp.generation;
    lineage.former = lineage.primary;
    lineage.primary = region;
    lineage.remove(region);
    lineage.add({lineage.former, lineage.since, stored.materials.size()});
    stored.info.multi_region = MultiRegion::kReplica;
    stored.is_handing_over = true;
    return {};
  });
}

}  // namespace coffer::kms
