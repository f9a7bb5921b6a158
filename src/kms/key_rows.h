// Rows of the kms room: their keys and values, built and taken apart again. What was written is read back exactly;
// anything else is kCorrupt. Formats: records.proto, docs/formats/kms.md. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "kms/key.h"
#include "kms/key_policy.h"
#include "kms/lineage.h"

namespace coffer::kms {

enum class MaterialCause : uint8_t { kCreation, kAutomaticRotation, kOnDemandRotation };

struct StoredMaterial {
  std::string id;       // kMaterialIdSize bytes
  std::string wrapped;  // by the region key, see material_context()
  Time created{};
  MaterialCause cause = MaterialCause::kCreation;
  bool operator==(const StoredMaterial&) const = default;
};

// A row of family "k". The materials are still wrapped.
struct StoredKey {
  KeyInfo info;
  std::vector<StoredMaterial> materials;  // at least the one of the key's creation; the last used one encrypts
  KeyPolicy policy;
  size_t unused_materials = 0;     // so many of the last do not encrypt yet; of a multi-region key only
  std::optional<Lineage> lineage;  // of a multi-region key
  int waiting_days = 0;            // of a multi-region key whose deletion is pending: as asked for; otherwise 0
  bool is_handing_over = false;    // a replica that was the primary, until the next one has taken over
  bool is_successor_lost = false;  // and the next one's region does not know the key any more
  // Its date has come, and nobody can cancel: a replica, until the primary has taken it off its list; any other key,
  // until its grants and itself are deleted.
  bool is_ending = false;
  // That name the key, in order. Absent: the row is from before they were kept in it.
  std::optional<std::vector<std::string>> aliases = std::vector<std::string>();

  const StoredMaterial& current() const { return materials[materials.size() - 1 - unused_materials]; }
  bool is_primary() const { return info.multi_region == MultiRegion::kPrimary; }
  bool is_replica() const { return info.multi_region == MultiRegion::kReplica; }
  bool operator==(const StoredKey&) const = default;
};
std::string encode_key(const StoredKey& key);
// `here` is the primary of a multi-region key whose row was written before there were replicas.
Result<StoredKey> decode_key(const KeyName& name, std::string_view row, const Region& here = {});
// What follows from the rest of it: of `info`, what is derived.
void derive_info(StoredKey& key);

// What a wrapped material is bound to: the key's row, so that no other key has it, and for a later material its id.
std::string material_context(std::string_view row_key, const StoredMaterial& material);

// "k" NUL account NUL key id.
std::string key_row(const KeyName& key);
std::string key_prefix(const AccountId& account);
std::string all_keys_prefix();
// Replaces `row_key` by key_prefix(), without an allocation if it has room.
void begin_key_row(std::string_view account, std::string& row_key);
std::optional<KeyName> parse_key_row(std::string_view row_key);
bool is_key_row(std::string_view row_key);

// A row of family "ka". The dates of aliases from before these were kept are those of the beginning of 1970.
struct StoredAlias {
  std::string key_id;
  Time created{};
  Time updated{};  // when it was given to its key
};
std::string encode_alias(const StoredAlias& alias);
Result<StoredAlias> decode_alias(std::string_view row);

// "ka" NUL account NUL alias.
std::string alias_row(const AccountId& account, std::string_view alias);
std::string alias_prefix(const AccountId& account);
std::string_view alias_of_row(std::string_view row_key);
bool is_alias_row(std::string_view row_key);

// The two indexes of keys by time: "kd", when deletion is due, and "kt", when a key is to be rotated. NUL time NUL
// account NUL key id; empty values.
enum class DueFor : uint8_t { kDeletion, kRotation };
std::string due_row(DueFor what, Time due, const KeyName& key);
std::string due_prefix(DueFor what);
std::string due_bound(DueFor what, Time now);  // the first row that is not yet due
std::optional<KeyName> parse_due_row(DueFor what, std::string_view row_key);

// "kx" NUL account NUL key id: there was such a key, and it was deleted. The value is empty unless it was a
// multi-region key.
std::string deleted_row(const KeyName& key);
struct Deletion {
  uint64_t generation = 0;  // in which it was deleted here
  bool of_primary = false;  // then it is gone everywhere
};
std::string encode_deletion(const Deletion& deletion);
// nullopt for what encode_deletion() did not make.
std::optional<Deletion> decode_deletion(std::string_view value);

}  // namespace coffer::kms
