// What a key is described with beside its state: description, tags, key policy. Each change is one durable commit, or
// none if nothing changes; errors are KMS's own, see Keyring. Follows TagResource, UpdateKeyDescription, GetKeyPolicy
// and PutKeyPolicy of the AWS KMS API reference.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kms/keyring.h"

namespace coffer::kms {

inline constexpr size_t kMaxTags = 50;

// What TagResource and CreateKey take: kTag (AWS's text) for a key twice, one that begins with "aws:" or has a
// character that no tag has, and for more than 50. The lengths are the wire's business.
Result<void> check_tags(std::span<const Tag> tags);

// Not for a key pending deletion.
Result<void> describe(Keyring& keyring, const KeyName& key, std::string_view description);
// Adds tags, or gives keys that are there new values; a key keeps its place. kLimitExceeded for a 51st. REQUIRES: what
// check_tags() takes. Not for a key pending deletion.
Result<void> tag(Keyring& keyring, const KeyName& key, std::span<const Tag> tags);
Result<void> untag(Keyring& keyring, const KeyName& key, std::span<const std::string> tag_keys);

// In every state of the key. REQUIRES: accept_key_policy() took it for this key.
Result<void> put_policy(Keyring& keyring, const KeyName& key, const KeyPolicy& policy);
// As it is read back: users and roles by the ARNs that they have now, or by their unique ids once they were deleted.
// Also of AWS managed keys.
Result<std::string> get_policy(const Keyring& keyring, const KeyName& key, const policy::IdentityDirectory& identities);

}  // namespace coffer::kms
