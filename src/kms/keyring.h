// KMS keys of this region and the envelope encryption done with them. For now every account has one key, the AWS
// managed key alias/aws/secretsmanager, made at first use. Key material rests wrapped by the region key. Follows "AWS
// Secrets Manager: secret encryption and decryption" and the AWS KMS API reference. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "seal/region_key.h"
#include "store/row_cache.h"
#include "store/store.h"

namespace coffer::kms {

inline constexpr std::string_view kSecretsManagerAlias = "alias/aws/secretsmanager";

// Authenticated with every ciphertext; order does not matter, case does.
using EncryptionContext = std::vector<std::pair<std::string_view, std::string_view>>;

struct DataKey {
  crypto::AeadKey key;     // use it, then drop it
  std::string ciphertext;  // to be stored; decrypt() gives the key back
};

class Keyring {
 public:
  struct Parts {
    store::Store& store;
    const seal::RegionKey& region_key;
    Random& random;
    const Clock& clock;
    Region region;
  };
  // Registers its cache with the store's commits.
  explicit Keyring(const Parts& parts);
  ~Keyring();

  // A fresh 256-bit data key under the account's alias/aws/secretsmanager, which is made if it does not exist yet (one
  // durable commit, once per account). kms:GenerateDataKey.
  Result<DataKey> generate_data_key(const AccountId& account, const EncryptionContext& context);

  // kDecryptionFailure when the ciphertext, the context or the account is not the one it was made with, or the key is
  // gone. kms:Decrypt.
  Result<SecretBytes> decrypt(const AccountId& account, std::string_view ciphertext,
                              const EncryptionContext& context) const;

  // The ARN of the account's default key; nullopt if it was never used.
  Result<std::optional<std::string>> default_key_arn(const AccountId& account) const;

 private:
  struct Key;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::kms
