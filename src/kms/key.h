// KMS keys by name: key ids, ARNs, aliases, and the text with which a caller says which key is meant. Follows "Key
// identifiers (KeyId)" of the AWS KMS developer guide. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace coffer::kms {

// The AWS managed key of Secrets Manager: every account has one, which nobody else can use.
inline constexpr std::string_view kSecretsManagerAlias = "alias/aws/secretsmanager";
// Aliases that begin with this name AWS managed keys; customers cannot make them.
inline constexpr std::string_view kReservedAliasPrefix = "alias/aws/";

struct KeyName {
  AccountId account;  // the owner
  std::string id;     // a UUID as Random::uuid() makes them
  bool operator==(const KeyName&) const = default;
};

enum class KeyState : uint8_t { kEnabled, kDisabled, kPendingDeletion };

struct KeyInfo {
  KeyName name;
  KeyState state = KeyState::kEnabled;
  bool is_default = false;  // the account's alias/aws/secretsmanager
  std::string description;
  Time created{};
  std::optional<Time> deletion_date;  // if and only if deletion is pending
  bool operator==(const KeyInfo&) const = default;
};

std::string key_arn(const Region& region, const KeyName& key);

// A UUID in lower case with hyphens.
bool is_key_id(std::string_view text);
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
// what can be the name of no key. kInvalidParameter (AWS's text) for an ARN that is not one of KMS, or of another
// region.
Result<std::optional<KeyReference>> parse_key_reference(std::string_view key_id, const AccountId& caller,
                                                        const Region& region);

}  // namespace coffer::kms
