// What Secrets Manager does with KMS keys, it does as its caller: every use of a key is decided for the caller by the
// key's policy and grants and the caller's own policies, on top of the decision about the secret. No other file of this
// folder reads or seals a value. Follows "Permissions for the KMS key" (Secrets Manager user guide).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/operation.h"
#include "secrets/secret_store.h"
#include "services/secretsmanager/rooms.h"

namespace coffer::secretsmanager {

namespace action {
struct Decrypt {
  static constexpr std::string_view kName = "Decrypt";
  static constexpr std::string_view kAction = "kms:Decrypt";
  static constexpr kms::GrantOperation kOperation = kms::GrantOperation::kDecrypt;
  static constexpr api::Via kVia = api::Via::kSecretsManager;
};
struct Encrypt {
  static constexpr std::string_view kName = "Encrypt";
  static constexpr std::string_view kAction = "kms:Encrypt";
  static constexpr kms::GrantOperation kOperation = kms::GrantOperation::kEncrypt;
  static constexpr api::Via kVia = api::Via::kSecretsManager;
};
struct GenerateDataKey {
  static constexpr std::string_view kName = "GenerateDataKey";
  static constexpr std::string_view kAction = "kms:GenerateDataKey";
  static constexpr kms::GrantOperation kOperation = kms::GrantOperation::kGenerateDataKey;
  static constexpr api::Via kVia = api::Via::kSecretsManager;
};
}  // namespace action

// The key that sealed a version, by its id, whatever aliases mean by now; null when it is gone.
Result<kms::KeyPointer> key_of(const secrets::Secret& secret, const secrets::Version& version,
                               const kms::Keyring& keyring);

// All of those that follow fail, besides of what they say, with AWS's texts:
//  - kAccessDenied: the caller may not use the key;
//  - kInvalidRequest: the key is the default key of another account than the caller's, whatever policies say.

// The value of a version that has one: kms:Decrypt. Further errors as SecretStore::read_value().
Result<SecretBytes> read_value(const api::Authority& authority, const secrets::SecretView& view,
                               const secrets::Version& version, const Rooms& rooms);

// Whether the caller may take the values elsewhere, which includes reading them: kms:Decrypt for each version that has
// one. What is replicated is read, and sealed with a key of another region.
Result<void> permit_reading_all(const api::Authority& authority, const secrets::SecretView& view, const Rooms& rooms);

// A KmsKeyId is looked up once in a request, and before the first decision: everything that is decided is about the key
// that it meant then, and so is what is done. The key that a request names for a secret, for Resource::other: a null
// pointer when it names none. Empty means the default key. kInvalidParameter for an ARN of another region.
Result<std::shared_ptr<const api::Resource>> named_key(const std::optional<std::string>& kms_key_id,
                                                       const auth::Caller& caller, const Rooms& rooms);
// Of the resource of such a request: a null pointer when the caller can use no such key.
kms::KeyPointer usable_key(const api::Resource& resource, const auth::Caller& caller);

// Gives `change` the key that seals its values, unless it has one: `named` if the request names one, otherwise what the
// secret's kms_key_id means now. kEncryptionFailure when there is no such key, also when somebody of another account
// would use a key that is not named by its ARN: AWS looks for it in the caller's account.
Result<void> choose_key(const api::Authority& authority, kms::KeyPointer named, const Rooms& rooms,
                        secrets::Change& change);

// What a value is, or will be, bound to.
struct Binding {
  std::string_view secret_arn;
  std::string_view version_id;
};
// Whether the caller may seal a value with the key of the change: kms:GenerateDataKey. REQUIRES: choose_key().
Result<void> permit_sealing(const api::Authority& authority, const secrets::Change& change, const Binding& bound_to,
                            const Rooms& rooms);

// The secret that is to have another key.
struct KeySeeker {
  const AccountId& owner;
  std::string_view arn;
};
// Tries the key that it is to have, `resource.other`, as AWS does before it accepts it: kms:GenerateDataKey and
// kms:Decrypt. kAccessDenied also when there is no such key, kEncryptionFailure when the key is disabled or pending
// deletion. The default key, of the secret's own account only, is made if it does not exist yet.
Result<void> try_key(const api::Authority& authority, const api::Resource& resource, const KeySeeker& secret,
                     const Rooms& rooms);

// Of a replica in another account than its primary's: kInvalidParameter unless the key is a customer key of `account`,
// since no other account may use a default key.
Result<void> check_customer_key(std::string_view kms_key_id, const AccountId& account, const Rooms& rooms);

// Makes `change` seal the values of AWSCURRENT, AWSPENDING and AWSPREVIOUS of `view` anew, as AWS does when a secret's
// key changes. As there, what the caller may not decrypt (kms:Decrypt) stays as it is, and everything if the caller may
// not encrypt with the new key (kms:Encrypt). So does what a deleted key sealed, since nobody will ever read it.
// kDecryptionFailure when the former key is disabled or pending deletion. REQUIRES: choose_key(), for the new one.
Result<void> reseal_values(const api::Authority& authority, const secrets::SecretView& view, const Rooms& rooms,
                           secrets::Change& change);
// Whether an error only says that the caller may not use a key.
bool is_refusal(const Error& error);

// The key of a replica can only be tried in its region, which reports what is wrong with it in the replica's status.
// Here: kInvalidParameter for an ARN of another region than the replica's (AWS's text), and for one of another account
// than the secret's: what arrives is sealed for nobody in particular, whom that account could let in.
Result<void> check_replica_kms_key(std::string_view kms_key_id, const AccountId& account, const Region& region);

}  // namespace coffer::secretsmanager
