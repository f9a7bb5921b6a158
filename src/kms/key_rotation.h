// Rotation: a key gets new material, which encrypts from then on; what older material encrypted still opens. By itself
// after a number of days, or on demand. Follows "Rotate AWS KMS keys" (KMS developer guide). Each change is one durable
// commit; errors are KMS's own, see Keyring.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "kms/key_rows.h"
#include "kms/keyring.h"

namespace coffer::kms {

inline constexpr size_t kMaxOnDemandRotations = 25;

// The first rotation comes so many days from now. Nothing changes for a key that is rotated so already. kDisabled for a
// disabled key, kKmsInvalidState for one pending deletion, kUnsupportedOperation for a replica, whose primary decides.
// REQUIRES: kMinRotationDays to kMaxRotationDays.
Result<void> enable_rotation(Keyring& keyring, const KeyName& key, int period_days);
Result<void> disable_rotation(Keyring& keyring, const KeyName& key);
// At once, or as soon as all replicas have the new material; the schedule stays. Fails as these do, and with
// kLimitExceeded the 26th time.
Result<void> rotate_on_demand(Keyring& keyring, const KeyName& key);

struct Material {
  std::string id;  // 64 hexadecimal digits
  Time created{};  // of the first, the key's creation
  MaterialCause cause = MaterialCause::kCreation;
};
// Those of rotations that are done, oldest first; the last one encrypts. kNotFoundOnWire when there is no such key.
// Also of AWS managed keys.
Result<std::vector<Material>> list_materials(const Keyring& keyring, const KeyName& key);

// Rotates what is due, AWS managed keys included.
class Rotator {
 public:
  // `keyring` must outlive it.
  explicit Rotator(Keyring& keyring) : keyring_(keyring) {}

  // How many keys were rotated. One that cannot be does not keep the others: the first error is returned at the end.
  // Called by a background thread, and by tests with their clock.
  Result<size_t> step();

 private:
  Result<void> schedule_default_keys();

  Keyring& keyring_;
  std::atomic<bool> has_scheduled_{false};
};

}  // namespace coffer::kms
