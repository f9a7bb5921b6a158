#include "services/kms/common_cryptography.h"

#include <algorithm>

#include "access/caller_side.h"
#include "kms/operations.h"
#include "services/kms/common_metadata.h"

namespace coffer::kms_service {
namespace {

constexpr size_t kMaxContextSize = 8192;

}  // namespace

Result<void> refuse_recipient(const std::optional<RecipientEntry>& recipient) {
  if (!recipient) return {};
  return unsupported("Recipient is not supported: there are no enclaves whose attestation could be checked.");
}

Result<void> refuse_dry_run_modifiers(const std::optional<std::vector<std::string>>& modifiers) {
  if (!modifiers || modifiers->empty()) return {};
  return unsupported("DryRunModifiers are not supported.");
}

Result<void> check_algorithm(const std::optional<std::string>& algorithm) {
  if (!algorithm || *algorithm == kSymmetricDefault) return {};
  return Error{ErrorCode::kInvalidKeyUsage,
               "Algorithm " + *algorithm + " is incompatible with key spec " + std::string(kSymmetricDefault) + "."};
}

Result<void> check_grant_tokens(const std::optional<std::vector<std::string>>& tokens) {
  if (!tokens) return {};
  for (const std::string& token : *tokens)
    COFFER_TRY(kms::Grants::parse_token(token));
  return {};
}

Result<void> check_context(const ContextMap& context) {
  if (!context) return {};
  size_t size = 0;
  for (const auto& [name, value] : *context)
    size += name.size() + value.size();
  if (size <= kMaxContextSize) return {};
  return Error{ErrorCode::kValidation, "The encryption context is longer than 8192 bytes."};
}

kms::EncryptionContext context_of(const ContextMap& context) {
  kms::EncryptionContext pairs;
  if (!context) return pairs;
  pairs.reserve(context->size());
  for (const auto& [name, value] : *context)
    pairs.emplace_back(name, value);
  return pairs;
}

Result<void> hear_grants(const KeyUse& use, const auth::Caller& caller, const Rooms& rooms, api::Resource& resource) {
  if (resource.found == nullptr) return {};
  COFFER_ASSIGN(const kms::KeyName key, found_name(resource));
  COFFER_ASSIGN(resource.granted,
                rooms.grants.allow({key, access::principal_of(caller), use.operation, context_of(use.context)}));
  return {};
}

Result<api::Resource> used_key(std::string_view key_id, const KeyUse& use, const auth::Caller& caller,
                               const Rooms& rooms) {
  COFFER_ASSIGN(api::Resource resource, key_resource(key_id, KeyNames::kKeysAndAliases, caller, rooms));
  COFFER_TRY(hear_grants(use, caller, rooms, resource));
  return resource;
}

Result<api::Resource> key_of_ciphertext(std::string_view ciphertext, const KeyUse& use, const auth::Caller& caller,
                                        const Rooms& rooms) {
  COFFER_ASSIGN(const kms::KeyName key, kms::key_of_ciphertext(ciphertext, caller.account));
  COFFER_ASSIGN(api::Resource resource, key_resource(key, rooms));
  if (resource.found == nullptr) {
    return Error{
        ErrorCode::kAccessDenied,
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or "
        "you are not allowed to access."};
  }
  COFFER_TRY(hear_grants(use, caller, rooms, resource));
  return resource;
}

Result<void> check_same_key(std::string_view ciphertext, const kms::KeyName& key, const auth::Caller& caller) {
  COFFER_ASSIGN(const kms::KeyName named, kms::key_of_ciphertext(ciphertext, caller.account));
  if (named == key) return {};
  return Error{ErrorCode::kIncorrectKey,
               "The key ID in the request does not identify a CMK that can perform this operation."};
}

void add_context_keys(const ContextMap& context, api::ConditionKeys& keys) {
  keys.add("kms:EncryptionAlgorithm", kSymmetricDefault);
  if (!context || context->empty()) return;
  std::vector<std::string_view> names;
  for (const auto& [name, value] : *context) {
    keys.add_tag("kms:EncryptionContext:", name, value);
    names.push_back(name);
  }
  keys.add_list("kms:EncryptionContextKeys", std::move(names));
}

Result<size_t> data_key_size(const std::optional<std::string>& key_spec, const std::optional<int64_t>& bytes) {
  if (key_spec.has_value() == bytes.has_value()) {
    return Error{ErrorCode::kValidation, "Please specify either number of bytes or key spec."};
  }
  if (bytes) return static_cast<size_t>(*bytes);
  return *key_spec == "AES_256" ? 32 : 16;
}

}  // namespace coffer::kms_service
