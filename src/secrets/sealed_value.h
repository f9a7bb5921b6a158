// A version's value as it rests: AES-256-GCM under a data key of its own, the data key encrypted by the account's KMS
// key, both bound to (SecretARN, SecretVersionId). Format: docs/formats/sealed_value.md.
#pragma once

#include <string>

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

// The bytes of the row. kEncryptionFailure when KMS refuses.
Result<std::string> seal_value(kms::Keyring& keyring, Random& random, const ValueContext& context,
                               const SecretBytes& value);
// kDecryptionFailure when anything was changed, moved to another secret or version, or the key is gone.
Result<SecretBytes> open_value(const kms::Keyring& keyring, const ValueContext& context, std::string_view row);

}  // namespace coffer::secrets
