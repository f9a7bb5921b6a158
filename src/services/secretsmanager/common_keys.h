// KmsKeyId: which keys a secret may be encrypted with, and what its change entails. Follows "Secret encryption and
// decryption in AWS Secrets Manager".
#pragma once

#include <string_view>

#include "services/secretsmanager/rooms.h"

namespace coffer::secretsmanager {

// kAccessDenied (AWS's text) unless it names the default key: nothing, alias/aws/secretsmanager, or that alias's ARN
// in `region`. Customer keys do not exist yet.
Result<void> check_kms_key(std::string_view kms_key_id, const AccountId& account, const Region& region);

// Makes `change` seal the values of AWSCURRENT, AWSPENDING and AWSPREVIOUS of `view` anew, as AWS does when a secret's
// key changes. kDecryptionFailure when the former key is not to be used any more.
Result<void> reseal_values(const secrets::SecretView& view, const Rooms& rooms, secrets::Change& change);

}  // namespace coffer::secretsmanager
