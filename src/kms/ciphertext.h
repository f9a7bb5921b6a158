// KMS ciphertexts: which key a ciphertext names and with which of its materials it was made, and what it is bound to.
// Format: docs/formats/kms.md. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "kms/key.h"

namespace coffer::kms {

// Authenticated with every ciphertext; order does not matter, case does.
using EncryptionContext = std::vector<std::pair<std::string_view, std::string_view>>;

// A material's id is 32 bytes, shown as 64 hexadecimal digits; ciphertexts name it by the first 8 of its bytes, which
// are enough to tell the materials of one key apart.
inline constexpr size_t kMaterialIdSize = 32;
inline constexpr size_t kMaterialNameSize = 8;

// The id of the material that a key is made with: the same for whoever knows the key's name.
std::string first_material_id(const KeyName& key);
// As the API shows it.
std::string material_id_text(std::string_view material_id);

// A ciphertext taken apart; views into it, and into `home`, which owns the key of a ciphertext of the first format.
struct CiphertextParts {
  enum class KeyKind : uint8_t { kSingleRegion, kMultiRegion };

  uint8_t format;
  KeyKind kind;
  std::string_view header;    // everything in front of `sealed`
  std::string_view owner;     // an account id
  std::string_view key_id;    // 16 bytes
  std::string_view material;  // kMaterialNameSize bytes; empty: of the first two formats, the key's first one
  std::string_view sealed;    // as crypto::AeadKey makes it

  void append_key_id(std::string& out) const;  // as text
};

// Ciphertexts say which account owns their key. The first format did not: there it is the account in which the
// ciphertext was made, `home`. nullopt for bytes that no Keyring made.
std::optional<CiphertextParts> parse_ciphertext(std::string_view ciphertext, const AccountId& home);
// The key of a ciphertext, without opening it; whether there is such a key is another question.
std::optional<KeyName> key_of(std::string_view ciphertext, const AccountId& home);

// What a new ciphertext under this key begins with. REQUIRES: is_key_id(key.id), material_id has kMaterialIdSize bytes.
std::string ciphertext_header(const KeyName& key, std::string_view material_id);
// The bytes that a ciphertext is bound to: its header, and the context.
std::string associated_data(const CiphertextParts& parts, const EncryptionContext& context);
// The same for one that is about to be made.
std::string associated_data(std::string_view header, const EncryptionContext& context);

}  // namespace coffer::kms
