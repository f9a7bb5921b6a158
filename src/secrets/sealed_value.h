// A version's value as it rests: AES-256-GCM under a data key of its own, the data key encrypted by a KMS key, both
// bound to (SecretARN, SecretVersionId). Format: docs/formats/sealed_value.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "kms/keyring.h"

namespace coffer::secrets {

struct ValueContext {
  const AccountId& account;
  std::string_view secret_arn;
  const VersionId& version;
};

// Which KMS key seals a value: nullopt is the alias/aws/secretsmanager of the secret's account, which is made if it
// does not exist yet.
using SealingKey = std::optional<kms::KeyName>;

// The bytes of the row. kEncryptionFailure (AWS's text) when the key is disabled, pending deletion or gone.
Result<std::string> seal_value(kms::Keyring& keyring, Random& random, const ValueContext& context,
                               const SealingKey& key, const SecretBytes& value);
// kDecryptionFailure (AWS's text) when the key is disabled, pending deletion or deleted. kCorrupt when anything was
// changed or moved to another secret or version, or the key was never here.
Result<SecretBytes> open_value(const kms::Keyring& keyring, const ValueContext& context, std::string_view row);
// The key that sealed a row of this account's secret, without opening it; nullopt for bytes that seal_value() did not
// make.
std::optional<kms::KeyName> sealing_key_of(std::string_view row, const AccountId& account);

}  // namespace coffer::secrets
