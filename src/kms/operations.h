// What KMS does for callers of its own API, with KMS's own errors: encryption and decryption under a key, data keys,
// random bytes. Whether the caller may is not asked here. No key material leaves. Follows Encrypt, Decrypt, ReEncrypt,
// GenerateDataKey and GenerateRandom of the AWS KMS API reference.
#pragma once

#include <string>
#include <string_view>

#include "base/secret_bytes.h"
#include "kms/keyring.h"

namespace coffer::kms {

inline constexpr size_t kMaxPlaintext = 4096;  // bytes
inline constexpr size_t kMaxGenerated = 1024;  // bytes, of data keys and random bytes

// kDisabled and kKmsInvalidState (AWS's texts) unless the key is enabled.
Result<void> check_usable_state(const KeyInfo& info, const Region& region);

struct Encrypted {
  std::string ciphertext;
  std::string material_id;  // 64 hexadecimal digits
};

struct Decrypted {
  SecretBytes plaintext;
  std::string material_id;
};

struct GeneratedKey {
  SecretBytes plaintext;
  Encrypted encrypted;
};

// These fail as check_usable_state() does, and with kNotFoundOnWire when there is no such key.
Result<Encrypted> encrypt(const Keyring& keyring, const KeyName& key, const SecretBytes& plaintext,
                          const EncryptionContext& context);
// `size` bytes.
Result<GeneratedKey> generate_data_key(const Keyring& keyring, const KeyName& key, size_t size,
                                       const EncryptionContext& context);

// Of a ciphertext: the key that it names. `caller` is whose a ciphertext of the first format is. kInvalidCiphertext
// (AWS's text, which is none) for what is no ciphertext.
Result<KeyName> key_of_ciphertext(std::string_view ciphertext, const AccountId& caller);
// kInvalidCiphertext when anything is not what it was made with. REQUIRES: key_of_ciphertext() gave `key`.
Result<Decrypted> decrypt(const Keyring& keyring, const KeyName& key, std::string_view ciphertext,
                          const EncryptionContext& context);

SecretBytes generate_random(Random& random, size_t size);

}  // namespace coffer::kms
