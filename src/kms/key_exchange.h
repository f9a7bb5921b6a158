// How the regions of a multi-region key agree. The primary sends what all share, with every change, until it is
// acknowledged; the replicas tell it in which state they are, and ask it before they end. Any message may come late,
// twice or in any order: stamps tell. Promises: there is one primary in each epoch, and in the end one; material is
// used in no region before all have it, and is never removed; a replica's material goes only after its primary, and it
// is the same then, has taken it off its list. Must never: let material into anything but SecretBytes. Design:
// docs/decisions/0014-multi-region-keys.md. Thread-safe.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/secret_bytes.h"
#include "kms/key_rows.h"
#include "kms/keyring.h"
#include "kms/lineage.h"

namespace coffer::kms {

struct SharedMaterial {
  std::string id;  // kMaterialIdSize bytes
  Time created{};  // of the first one of no meaning
  MaterialCause cause = MaterialCause::kCreation;
  SecretBytes value;
};

// From the primary to a replica; or from a former primary to the one that is to take over.
struct SharedKey {
  KeyName name;
  Lineage lineage;
  std::optional<RotationSchedule> rotation;
  std::vector<SharedMaterial> materials;  // all, oldest first
  size_t unused_materials = 0;            // so many of the last do not encrypt yet
};

// From a replica to its primary.
struct ReplicaReport {
  KeyName name;
  Stamp stamp;         // as the replica knows it
  uint64_t since = 0;  // which replica of that region
  KeyState state = KeyState::kEnabled;
  bool is_ending = false;  // its date has come: may it go?
};

enum class KeyVerdict : uint8_t {
  kApplied,  // a shared key: it is there, now or since before
  kStale,    // a shared key: something later is there, or was deleted there
  kBusy,     // a shared key: an earlier replica of that region has not gone yet; to the next primary: it is replicated
             // to a region that was removed there
  kUnknown,  // there is no such key, and it cannot be made of this message
  kNoted,    // a report
  kGone,     // a report: that replica is on no list (any more); if it is ending, it may go
  kNotYet,   // a report: it is on the list, and not the receiver's to take off it; or the receiver knows less
};

struct KeyAnswer {
  KeyVerdict verdict = KeyVerdict::kApplied;
  Stamp stamp;           // of what is there; with kGone, the replica was on no list by then
  size_t materials = 0;  // that are there; to a shared key
};

// What one region has to tell another about a key: perhaps nothing any more.
using KeyMessage = std::variant<std::monostate, SharedKey, ReplicaReport>;

// The multi-region keys that tie this region to another.
struct RegionKeys {
  std::vector<KeyName> replicated;  // primaries here with a replica there, and those that are being handed over
  std::vector<KeyName> following;   // replicas here of primaries there
};

class KeyExchange {
 public:
  // `keyring` must outlive it.
  explicit KeyExchange(Keyring& keyring) : keyring_(keyring) {}

  Result<KeyMessage> message_for(const KeyName& key, const Region& destination) const;

  // Marks every key of which there is something to tell the destination, and returns how many: after a process has
  // started, this one or the other region's, which may work on another disk than the one before. Whoever was restored
  // from a backup so gets what it missed, and whoever lost its disk is found out, without waiting for the next change
  // of each key. What is there already changes nothing. Reads all keys; a row that is damaged is left to whoever uses
  // the key. May be broken off anywhere and begun again. kIo, kCorrupt.
  Result<size_t> announce(const Region& destination) const;

  // After the answer: each is at most one commit. Empty, or why the same is to be sent again later.
  Result<std::string> settle(const SharedKey& sent, const Region& destination, const KeyAnswer& answer);
  Result<std::string> settle(const ReplicaReport& sent, const Region& destination, const KeyAnswer& answer);

  // Reads all keys. kIo.
  Result<RegionKeys> keys_of(const Region& region) const;
  // A region that is lost for good has no replicas any more: takes it off the lists of the primaries here and of what
  // is being handed over, so that nobody waits for it any longer, takes back what is being handed over to it, and
  // returns how many it has changed. The caller knows that no copy is left there: materials that only a replica may end
  // on request are not asked for. Nothing that names a region which was removed (RegionList) becomes a primary here
  // afterwards. May be broken off and begun again. kIo, kCorrupt.
  Result<size_t> forget_region(const Region& region);

  // What has come from another region. Durable when it returns. kCorrupt when the regions' materials differ. The caller
  // has checked that the sender is the primary in it, or the former one.
  Result<KeyAnswer> apply(const SharedKey& shared);
  Result<KeyAnswer> apply(const Region& from, const ReplicaReport& report);

 private:
  Keyring& keyring_;
};

}  // namespace coffer::kms
