// What the cryptographic operations share: the key that they use, by policies or by a grant, and the encryption context
// that is a part of both the decision and the ciphertext.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/kms/common.h"

namespace coffer::kms_service {

using ContextMap = std::optional<wire::Map<std::string>>;

inline constexpr wire::Constraint kGrantTokenBounds{.min = 1, .max = 8192};
inline constexpr wire::Constraint kGrantTokensBounds{.min = 0, .max = 10, .item = &kGrantTokenBounds};
inline constexpr wire::Constraint kCiphertextBounds{.min = 1, .max = 6144};
inline constexpr wire::Constraint kPlaintextBounds{.min = 1, .max = 4096};
inline constexpr wire::Constraint kNumberOfBytesBounds{.min = 1, .max = 1024};
inline constexpr std::string_view kEncryptionAlgorithms[] = {"SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1",
                                                             "RSAES_OAEP_SHA_256", "SM2PKE"};
inline constexpr wire::Constraint kEncryptionAlgorithmBounds{.values = kEncryptionAlgorithms};

// Who could read the answer instead of the caller, had Coffer enclaves to attest.
struct RecipientEntry {
  std::optional<std::string> key_encryption_algorithm;
  std::optional<wire::Blob> attestation_document;
  static constexpr std::string_view kAlgorithms[] = {"RSAES_OAEP_SHA_256"};
  static constexpr wire::Field kFields[] = {
      wire::field<&RecipientEntry::key_encryption_algorithm>("KeyEncryptionAlgorithm", {.values = kAlgorithms}),
      wire::field<&RecipientEntry::attestation_document>("AttestationDocument", {.min = 1, .max = 262'144})};
};
// kUnsupportedOperation when it is given.
Result<void> refuse_recipient(const std::optional<RecipientEntry>& recipient);
// kUnsupportedOperation when any is given.
Result<void> refuse_dry_run_modifiers(const std::optional<std::vector<std::string>>& modifiers);

// kInvalidKeyUsage (AWS's text) for an algorithm that symmetric keys do not have.
Result<void> check_algorithm(const std::optional<std::string>& algorithm);
// kInvalidGrantToken for what no CreateGrant answered.
Result<void> check_grant_tokens(const std::optional<std::vector<std::string>>& tokens);
// kValidation for one that is too long.
Result<void> check_context(const ContextMap& context);

// A view of the map.
kms::EncryptionContext context_of(const ContextMap& context);

// A use of a key that a grant may allow.
struct KeyUse {
  kms::GrantOperation operation;
  const ContextMap& context;
};
// Lets the grants on the resource's key have a say.
Result<void> hear_grants(const KeyUse& use, const auth::Caller& caller, const Rooms& rooms, api::Resource& resource);
// key_resource() of a key or an alias, with grants.
Result<api::Resource> used_key(std::string_view key_id, const KeyUse& use, const auth::Caller& caller,
                               const Rooms& rooms);
// The same of the key that a ciphertext names. kInvalidCiphertext for what is none, kAccessDenied (AWS's text) when the
// key is not here.
Result<api::Resource> key_of_ciphertext(std::string_view ciphertext, const KeyUse& use, const auth::Caller& caller,
                                        const Rooms& rooms);
// kIncorrectKey (AWS's text) unless the key is the one that the ciphertext names.
Result<void> check_same_key(std::string_view ciphertext, const kms::KeyName& key, const auth::Caller& caller);

// kms:EncryptionContext:key, kms:EncryptionContextKeys, kms:EncryptionAlgorithm.
void add_context_keys(const ContextMap& context, api::ConditionKeys& keys);

// The size of a data key. kValidation unless exactly one of the two is given.
Result<size_t> data_key_size(const std::optional<std::string>& key_spec, const std::optional<int64_t>& bytes);

}  // namespace coffer::kms_service
