#include "kms/operations.h"

#include "kms/key_store.h"

namespace coffer::kms {
namespace {

Error invalid_ciphertext() {
  return Error{ErrorCode::kInvalidCiphertext, ""};
}

// Never null, and usable.
Result<OpenKeyPointer> find_usable(const Keyring& keyring, const KeyName& key) {
  COFFER_ASSIGN(OpenKeyPointer found, keyring.key_store().find(key));
  if (!found) {
    return Error{ErrorCode::kNotFoundOnWire, "Key '" + key_arn(keyring.region(), key) + "' does not exist"};
  }
  COFFER_TRY(check_usable_state(found->view.info, keyring.region()));
  return found;
}

}  // namespace

Result<void> check_usable_state(const KeyInfo& info, const Region& region) {
  switch (info.state) {
    case KeyState::kEnabled:
      return {};
    case KeyState::kDisabled:
      return Error{ErrorCode::kDisabled, key_arn(region, info.name) + " is disabled."};
    case KeyState::kPendingDeletion:
      return Error{ErrorCode::kKmsInvalidState, key_arn(region, info.name) + " is pending deletion."};
    case KeyState::kPendingReplicaDeletion:
      return Error{ErrorCode::kKmsInvalidState, key_arn(region, info.name) + " is pending replica deletion."};
  }
  std::abort();
}

Result<Encrypted> encrypt(const Keyring& keyring, const KeyName& key, const SecretBytes& plaintext,
                          const EncryptionContext& context) {
  COFFER_ASSIGN(const OpenKeyPointer found, find_usable(keyring, key));
  const OpenMaterial& material = found->current();
  Random& random = keyring.key_store().parts().random;
  std::string ciphertext = found->header;
  ciphertext.append(material.key.seal(plaintext, associated_data(found->header, context), random));
  return Encrypted{std::move(ciphertext), material_id_text(material.id)};
}

Result<GeneratedKey> generate_data_key(const Keyring& keyring, const KeyName& key, size_t size,
                                       const EncryptionContext& context) {
  SecretBytes plaintext = generate_random(keyring.key_store().parts().random, size);
  COFFER_ASSIGN(Encrypted encrypted, encrypt(keyring, key, plaintext, context));
  return GeneratedKey{std::move(plaintext), std::move(encrypted)};
}

Result<KeyName> key_of_ciphertext(std::string_view ciphertext, const AccountId& caller) {
  auto key = key_of(ciphertext, caller);
  if (!key) return invalid_ciphertext();
  return *std::move(key);
}

Result<Decrypted> decrypt(const Keyring& keyring, const KeyName& key, std::string_view ciphertext,
                          const EncryptionContext& context) {
  COFFER_ASSIGN(const OpenKeyPointer found, find_usable(keyring, key));
  const auto parts = parse_ciphertext(ciphertext, key.account);
  const OpenMaterial* const material = parts ? found->material(parts->material) : nullptr;
  if (material == nullptr) return invalid_ciphertext();
  Result<SecretBytes> opened = material->key.open(parts->sealed, associated_data(*parts, context));
  if (!opened.ok()) return invalid_ciphertext();
  return Decrypted{std::move(opened).value(), material_id_text(material->id)};
}

SecretBytes generate_random(Random& random, size_t size) {
  constexpr SecretAccess kFilling("random bytes are put into their place");
  SecretBytes bytes(size);
  random.fill(bytes.mutable_span(kFilling));
  return bytes;
}

}  // namespace coffer::kms
