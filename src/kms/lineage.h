// Multi-region keys: the keys of several regions with the same id and material, which of them is the primary that
// decides what all share, and since when. Only the primary of the highest epoch decides; it counts its changes of what
// is shared by generations, which go on through all epochs. Follows "Multi-Region keys in AWS KMS" (developer guide).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "kms/key.h"
#include "kms/key_policy.h"

namespace coffer::kms {

// The kind of outbox marks that are about keys: store/keys.h.
inline constexpr std::string_view kOutboxKind = "kms_key";

// When something was so. Of two, the greater one counts.
struct Stamp {
  uint64_t epoch = 1;       // one more whenever the primary changes
  uint64_t generation = 1;  // one more with each change
  auto operator<=>(const Stamp&) const = default;
};

// What a replica begins with, and the primary then knows nothing of any more.
struct Birth {
  std::string description;
  std::vector<Tag> tags;
  KeyPolicy policy;
  bool operator==(const Birth&) const = default;
};

struct Replica {
  Region region;
  uint64_t since = 0;                   // the generation in which it was added: one that comes again is another
  size_t materials = 0;                 // how many it is known to have
  KeyState state = KeyState::kEnabled;  // as it has told last
  std::optional<Birth> birth{};         // as long as it is not known to be there
  bool is_lost = false;                 // it was there, and its region does not know it any more
  bool operator==(const Replica&) const = default;
};

struct Lineage {
  Region primary;
  Region former;  // the primary of the epoch before; empty in the first one
  Stamp stamp;
  std::vector<Replica> replicas;  // in order of their regions; all but region and since at the primary only
  uint64_t since = 0;             // of a replica: that of its own entry

  // Null when it is none of the replicas.
  const Replica* find(const Region& region) const;
  Replica* find(const Region& region);
  // REQUIRES: it is none of them.
  void add(Replica replica);
  void remove(const Region& region);
  bool operator==(const Lineage&) const = default;
};

}  // namespace coffer::kms
