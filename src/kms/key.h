// KMS keys as they are described: what they are called, in which state they are, what belongs to them; and the text
// with which a caller says which key is meant. Follows "Key identifiers (KeyId)" and "Key states" of the AWS KMS
// developer guide. Pure; knows no key material.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace coffer::policy {
class CompiledPolicy;
}

namespace coffer::kms {

// The AWS managed key of Secrets Manager: every account has one, which nobody else can use.
inline constexpr std::string_view kSecretsManagerAlias = "alias/aws/secretsmanager";
// Aliases that begin with this name AWS managed keys; customers cannot make them.
inline constexpr std::string_view kReservedAliasPrefix = "alias/aws/";
inline constexpr int kDefaultRotationDays = 365;
inline constexpr int kMinRotationDays = 90;
inline constexpr int kMaxRotationDays = 2560;

struct KeyName {
  AccountId account;  // the owner
  std::string id;     // see is_key_id()
  bool operator==(const KeyName&) const = default;
};

// kPendingReplicaDeletion: of a primary, as long as it has replicas.
enum class KeyState : uint8_t { kEnabled, kDisabled, kPendingDeletion, kPendingReplicaDeletion };

// Whether other regions may have a key of the same id and material.
enum class MultiRegion : uint8_t { kNo, kPrimary, kReplica };

struct Tag {
  std::string key;
  std::string value;
  bool operator==(const Tag&) const = default;
};

// When a key gets new material by itself. Dates that pass while the key is not enabled count when it is again.
struct RotationSchedule {
  int period_days = kDefaultRotationDays;
  Time next{};
  bool operator==(const RotationSchedule&) const = default;
};

// The keys of all regions that are one multi-region key, as the key's own region knows them.
struct RelatedKeys {
  Region primary;
  std::vector<Region> replicas;  // in order of their names; those that are still to be made, too
  bool is_updating = false;      // this key was the primary, and the one that follows has not taken over yet
  bool operator==(const RelatedKeys&) const = default;
};

struct KeyInfo {
  KeyName name;
  KeyState state = KeyState::kEnabled;
  bool is_default = false;  // the account's alias/aws/secretsmanager
  std::string description;
  Time created{};
  std::optional<Time> deletion_date;  // if and only if deletion is pending
  MultiRegion multi_region = MultiRegion::kNo;
  std::optional<RotationSchedule> rotation;  // absent: not by itself
  std::vector<Tag> tags;                     // in the order in which they came
  std::string material_id;                   // 64 hexadecimal digits: of the material that encrypts
  std::optional<RelatedKeys> related;        // if and only if it is a multi-region key
  std::optional<int> waiting_days;           // until deletion, once the last replica is gone; kPendingReplicaDeletion
  std::optional<Time> on_demand_rotation;    // since when one is in progress
  bool operator==(const KeyInfo&) const = default;
};

// A key as it is found, with what a decision about it needs. Immutable.
struct KeyView {
  KeyInfo info;
  std::shared_ptr<const policy::CompiledPolicy> policy;  // its key policy; never null
  std::vector<std::string> aliases;                      // with their "alias/", in the order of their names
};
using KeyPointer = std::shared_ptr<const KeyView>;

// When the key gets new material by itself; nullopt as long as it does not, because nobody wants it, it is not
// enabled, or its primary sees to that.
std::optional<Time> rotation_date(const KeyInfo& info);

std::string key_arn(const Region& region, const KeyName& key);
// `alias` with its "alias/".
std::string alias_arn(const Region& region, const AccountId& account, std::string_view alias);

// A UUID in lower case with hyphens, or "mrk-" and 32 hexadecimal digits.
bool is_key_id(std::string_view text);
// Whether a key id is that of a multi-region key. REQUIRES: is_key_id(key_id).
bool is_multi_region_id(std::string_view key_id);
// "alias/" and letters, digits, '/', '_', '-'; at most 256 characters. Reserved ones, too.
bool is_alias(std::string_view text);

// What a KmsKeyId names: a key or an alias of an account.
struct KeyReference {
  enum class Kind : uint8_t { kKey, kAlias };
  Kind kind;
  AccountId account;
  std::string text;  // the key id, or the alias with its "alias/"
};
// A key id, key ARN, alias or alias ARN. A key id and an alias without ARN are of the caller's account. nullopt for
// what can be the name of no key. kInvalidParameter (Secrets Manager's text) for an ARN that is not one of KMS, or of
// another region.
Result<std::optional<KeyReference>> parse_key_reference(std::string_view key_id, const AccountId& caller,
                                                        const Region& region);

}  // namespace coffer::kms
