#include "kms/key_details.h"

#include <algorithm>

#include "kms/key_store.h"

namespace coffer::kms {
namespace {

constexpr std::string_view kReservedPrefix = "aws:";

bool is_reserved(std::string_view key) {
  const auto is_same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); };
  return key.size() >= kReservedPrefix.size() &&
         std::ranges::equal(kReservedPrefix, key.substr(0, kReservedPrefix.size()), is_same);
}

}  // namespace

Result<void> check_tags(std::span<const Tag> tags) {
  for (size_t i = 0; i < tags.size(); ++i) {
    if (std::ranges::find(tags.subspan(i + 1), tags[i].key, &Tag::key) != tags.end()) {
      return Error{ErrorCode::kTag, "Duplicate tag keys"};
    }
  }
  if (tags.size() > kMaxTags) return Error{ErrorCode::kTag, "Too many tags"};
  if (std::ranges::any_of(tags, [](const Tag& tag) { return is_reserved(tag.key); })) {
    return Error{ErrorCode::kTag, "Tags beginning with aws: are reserved"};
  }
  return {};
}

Result<void> describe(Keyring& keyring, const KeyName& key, std::string_view description) {
  KeyStore& keys = keyring.key_store();
  return keys.change(key, [&](StoredKey& stored) -> Result<void> {
    COFFER_TRY(keys.refuse_pending(stored.info));
    stored.info.description = description;
    return {};
  });
}

Result<void> tag(Keyring& keyring, const KeyName& key, std::span<const Tag> tags) {
  KeyStore& keys = keyring.key_store();
  return keys.change(key, [&](StoredKey& stored) -> Result<void> {
    COFFER_TRY(keys.refuse_pending(stored.info));
    for (const Tag& tag : tags) {
      const auto found = std::ranges::find(stored.info.tags, tag.key, &Tag::key);
      if (found != stored.info.tags.end()) {
        found->value = tag.value;
      } else {
        stored.info.tags.push_back(tag);
      }
    }
    if (stored.info.tags.size() <= kMaxTags) return {};
    return Error{ErrorCode::kLimitExceeded, "A KMS key cannot have more than 50 tags."};
  });
}

Result<void> untag(Keyring& keyring, const KeyName& key, std::span<const std::string> tag_keys) {
  KeyStore& keys = keyring.key_store();
  return keys.change(key, [&](StoredKey& stored) -> Result<void> {
    COFFER_TRY(keys.refuse_pending(stored.info));
    std::erase_if(stored.info.tags,
                  [&](const Tag& tag) { return std::ranges::find(tag_keys, tag.key) != tag_keys.end(); });
    return {};
  });
}

Result<void> put_policy(Keyring& keyring, const KeyName& key, const KeyPolicy& policy) {
  return keyring.key_store().change(key, [&](StoredKey& stored) -> Result<void> {
    stored.policy = policy;
    return {};
  });
}

Result<std::string> get_policy(const Keyring& keyring, const KeyName& key,
                               const policy::IdentityDirectory& identities) {
  COFFER_ASSIGN(const KeyStore::Current current, keyring.key_store().load(key));
  const KeyPolicy& policy = current.key.policy;
  return policy::show_principals(policy_text(current.key.info, policy, keyring.region()), policy.bindings, identities);
}

}  // namespace coffer::kms
