// KmsKeyId: which keys a secret may be encrypted with, and what its change entails. Follows "Secret encryption and
// decryption in AWS Secrets Manager".
#pragma once

#include <string_view>

#include "services/secretsmanager/rooms.h"

namespace coffer::secretsmanager {

// Tries the key of a secret of this region, as AWS does before it accepts it. Empty: the account's default key.
// kAccessDenied (AWS's text) when there is no such key, kInvalidParameter (AWS's text) for an ARN of another region,
// kEncryptionFailure when the key is disabled or pending deletion.
Result<void> check_kms_key(std::string_view kms_key_id, const AccountId& account, std::string_view secret_arn,
                           const Rooms& rooms);

// The key of a replica can only be tried in its region, which reports what is wrong with it in the replica's status.
// Here: kInvalidParameter (AWS's text) for an ARN of another region than the replica's.
Result<void> check_replica_kms_key(std::string_view kms_key_id, const AccountId& account, const Region& region);

// Makes `change` seal the values of AWSCURRENT, AWSPENDING and AWSPREVIOUS of `view` anew, as AWS does when a secret's
// key changes. kDecryptionFailure when the former key is disabled or pending deletion. What a deleted key sealed stays
// as it is, since nobody will ever read it: otherwise such a secret could not be given another key. So does what a
// caller of another account may not read or seal, because one of the keys is the default key: AWS leaves it out, too.
// REQUIRES: `change` has the new key.
Result<void> reseal_values(const secrets::SecretView& view, const auth::Caller& caller, const Rooms& rooms,
                           secrets::Change& change);

}  // namespace coffer::secretsmanager
