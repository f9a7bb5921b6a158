// KMS keys of this region and the envelope encryption done with them. Every account has the AWS managed key
// alias/aws/secretsmanager, made at first permitted use, and any number of customer keys. Key material rests wrapped by
// the region key; that of a key that cannot be used is not even opened, and none leaves, but that of a multi-region key
// for its other regions (key_exchange.h). Whether a caller may use a key is not asked here: see KeyView::policy and
// grants.h. What else is done to keys is in key_details.h, key_rotation.h, multi_region.h and operations.h. Follows
// "Secret encryption and decryption" of the Secrets Manager user guide and the AWS KMS API reference. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/region_list.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "kms/ciphertext.h"
#include "kms/key.h"
#include "kms/key_policy.h"
#include "seal/region_key.h"
#include "store/store.h"

namespace coffer::kms {

class KeyStore;

// The SecretVersionId that AWS gives in the trial of a key that is new to a secret.
inline constexpr std::string_view kUsabilityCheck = "RequestToValidateKeyAccess";

struct DataKey {
  crypto::AeadKey key;     // use it, then drop it
  std::string ciphertext;  // to be stored; decrypt() gives the key back
};

struct Alias {
  std::string name;  // "alias/..."
  std::string key_id;
  Time created{};
  Time updated{};  // when it was given to its key
};

// A customer's key that is to be made.
struct NewKey {
  KeyName name;  // from draw_name()
  std::string description;
  std::vector<Tag> tags;  // that check_tags() took
  KeyPolicy policy;       // that accept_key_policy() took, or none
};

// kCreate refuses an alias that there is, kPut gives it to another key.
enum class AliasChange : uint8_t { kCreate, kPut };

// Another key for an alias, which names `from` until then; nullopt: there is none of that name.
struct AliasMove {
  std::optional<KeyName> from;
  KeyName to;
};

// A part of a list: what comes behind `after`, and how much of it.
struct Page {
  std::string after;  // an id, or a name; empty: from the beginning
  size_t limit = SIZE_MAX;
};

// Whether a customer may give that name: kValidation (AWS's texts) for what can be no alias, kInvalidAliasName for a
// reserved one.
Result<void> check_customer_alias(std::string_view alias);

class Keyring {
 public:
  struct Parts {
    store::Store& store;
    const seal::RegionKey& region_key;
    Random& random;
    const Clock& clock;
    RegionList regions;
  };
  // Registers its caches with the store's commits.
  explicit Keyring(const Parts& parts);
  ~Keyring();

  const Region& region() const { return parts_.regions.self(); }

  // The key that `caller` means with a KmsKeyId: a key id, key ARN, alias or alias ARN, see parse_key_reference().
  // A null pointer when there is no such key, or it is the AWS managed key of another account. kInvalidParameter (AWS's
  // text) for an ARN of another region or service, or one that is none. alias/aws/secretsmanager is default_key().
  Result<KeyPointer> resolve(const AccountId& caller, std::string_view key_id) const;
  // The account's alias/aws/secretsmanager. As long as nobody was allowed to use it, it does not exist; then it is
  // shown as it will be made, so that a decision can come before that.
  Result<KeyPointer> default_key(const AccountId& account) const;
  // The same, made if it does not exist yet: that is a commit, so call this where waiting is allowed.
  Result<KeyPointer> make_default_key(const AccountId& account);
  // A null pointer when there is no such key (any more). Waits for nothing that decrypt() does not wait for.
  Result<KeyPointer> find(const KeyName& key) const;
  // The key behind an alias as it is now; a null pointer when there is none. REQUIRES: is_alias(alias).
  Result<KeyPointer> find_alias(const AccountId& account, std::string_view alias) const;

  // A fresh 256-bit data key under a key that resolve() found. kEncryptionFailure (AWS's text) when it is disabled,
  // pending deletion or gone. kms:GenerateDataKey.
  Result<DataKey> generate_data_key(const KeyName& key, const EncryptionContext& context);
  // The same under the account's alias/aws/secretsmanager, which is made if it does not exist yet (one durable commit,
  // once per account).
  Result<DataKey> generate_data_key(const AccountId& account, const EncryptionContext& context);

  // kDecryptionFailure (AWS's text) when the key is disabled, pending deletion or deleted. kCorrupt when the ciphertext
  // or the context is not what it was made with, or the key was never here. `home` is the account in which the
  // ciphertext was made, see key_of(). kms:Decrypt.
  Result<SecretBytes> decrypt(const AccountId& home, std::string_view ciphertext,
                              const EncryptionContext& context) const;

  // Makes a data key and decrypts it, as Secrets Manager does before it accepts a key for a secret; fails as these do.
  Result<void> check_usable(const KeyName& key, const EncryptionContext& context);

  // The ARN of the account's default key; nullopt if it was never used.
  Result<std::optional<std::string>> default_key_arn(const AccountId& account) const;

  // What changes a customer's key or alias; each is one durable commit, or none if nothing changes. With KMS's codes
  // and texts: kNotFoundOnWire when there is no such key or alias in the account, kAccessDenied when it is an AWS
  // managed one, kKmsInvalidState when the key's state does not permit it.

  // A name that no key has, of a multi-region key unless kNo.
  KeyName draw_name(const AccountId& account, MultiRegion multi_region = MultiRegion::kNo) const;
  // An enabled key, a primary if its name is that of a multi-region key. kms:CreateKey.
  Result<void> create_key(const NewKey& key);
  // The same with nothing but a description.
  Result<KeyName> create_key(const AccountId& account, std::string_view description);

  // What was encrypted before keeps its key. A key has at most 50 aliases (kLimitExceeded). Not for a key pending
  // deletion. kAlreadyExists with kCreate. Fails as check_customer_alias() does.
  // kms:CreateAlias.
  Result<void> put_alias(const AccountId& account, std::string_view alias, const KeyName& key,
                         AliasChange change = AliasChange::kPut);
  // For whoever has looked which key the alias names. Nothing is done, and the answer is false, when it is another one
  // by now. kms:UpdateAlias and kms:DeleteAlias.
  Result<bool> move_alias(const AccountId& account, std::string_view alias, const AliasMove& move);
  Result<bool> delete_alias(const AccountId& account, std::string_view alias, const std::optional<KeyName>& from);

  // These three: not a key pending deletion, nor one whose primary region is being changed.
  Result<void> enable(const KeyName& key);
  Result<void> disable(const KeyName& key);
  // 7 to 30 days from now (kValidation), and returns when. The key is unusable from now on. Of a primary that has
  // replicas the days count from when the last one is gone: returns nullopt. kms:ScheduleKeyDeletion.
  Result<std::optional<Time>> schedule_deletion(const KeyName& key, int days);
  // The key is disabled afterwards. kms:CancelKeyDeletion.
  Result<void> cancel_deletion(const KeyName& key);
  // Deletes keys whose date has come, with their material, aliases and grants; returns how many. A replica goes when
  // its primary has agreed, see key_exchange.h, and is not counted. One that cannot be deleted does not keep the
  // others: the first error is returned at the end. Called by a background thread, and by tests with their clock.
  Result<size_t> erase_expired();

  // Those of an account, the default key included; by id, and by name.
  Result<std::vector<KeyInfo>> list_keys(const AccountId& account, const Page& page = {}) const;
  Result<std::vector<Alias>> list_aliases(const AccountId& account, const Page& page = {}) const;

  // For the other files of this room.
  KeyStore& key_store() const { return *keys_; }

 private:
  const Parts parts_;
  const std::unique_ptr<KeyStore> keys_;
};

}  // namespace coffer::kms
