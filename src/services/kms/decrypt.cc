// Decrypts what Encrypt or GenerateDataKey answered. The ciphertext names its key; a key that the caller names must be
// that one. Differences from AWS: Recipient and DryRunModifiers are refused.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
#include "kms/operations.h"
#include "services/kms/common.h"
#include "services/kms/common_cryptography.h"
#include "services/kms/common_metadata.h"

namespace coffer::kms_service {
namespace {

constexpr std::string_view kDryRunModifiers[] = {"IGNORE_CIPHERTEXT"};
constexpr wire::Constraint kDryRunModifierBounds{.values = kDryRunModifiers};

struct Decrypt {
  static constexpr std::string_view kName = "Decrypt";
  static constexpr std::string_view kAction = "kms:Decrypt";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire,    ErrorCode::kDisabled,
                                          ErrorCode::kInvalidCiphertext, ErrorCode::kIncorrectKey,
                                          ErrorCode::kInvalidKeyUsage,   ErrorCode::kInvalidGrantToken,
                                          ErrorCode::kKmsInvalidState,   ErrorCode::kDryRunOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    wire::Blob ciphertext_blob;
    ContextMap encryption_context;
    std::optional<std::vector<std::string>> grant_tokens;
    std::optional<std::string> key_id;
    std::optional<std::string> encryption_algorithm;
    std::optional<RecipientEntry> recipient;
    std::optional<bool> dry_run;
    std::optional<std::vector<std::string>> dry_run_modifiers;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::ciphertext_blob>("CiphertextBlob", kCiphertextBounds),
        wire::field<&Request::encryption_context>("EncryptionContext"),
        wire::field<&Request::grant_tokens>("GrantTokens", kGrantTokensBounds),
        wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
        wire::field<&Request::encryption_algorithm>("EncryptionAlgorithm", kEncryptionAlgorithmBounds),
        wire::field<&Request::recipient>("Recipient"),
        wire::field<&Request::dry_run>("DryRun"),
        wire::field<&Request::dry_run_modifiers>("DryRunModifiers", {.item = &kDryRunModifierBounds})};
  };

  struct Response {
    std::string key_id;
    wire::SecretBlob plaintext;
    std::string_view encryption_algorithm;
    std::string key_material_id;
    static constexpr wire::Field kFields[] = {wire::field<&Response::key_id>("KeyId"),
                                              wire::field<&Response::plaintext>("Plaintext"),
                                              wire::field<&Response::encryption_algorithm>("EncryptionAlgorithm"),
                                              wire::field<&Response::key_material_id>("KeyMaterialId")};
  };

  static Result<void> check(const Request& request) {
    COFFER_TRY(check_algorithm(request.encryption_algorithm));
    COFFER_TRY(check_context(request.encryption_context));
    COFFER_TRY(refuse_recipient(request.recipient));
    COFFER_TRY(refuse_dry_run_modifiers(request.dry_run_modifiers));
    return check_grant_tokens(request.grant_tokens);
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    const KeyUse use{kms::GrantOperation::kDecrypt, request.encryption_context};
    if (request.key_id) return used_key(*request.key_id, use, caller, rooms);
    return key_of_ciphertext(request.ciphertext_blob.bytes, use, caller, rooms);
  }

  static Result<void> keys(const api::Asked<Decrypt>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id ? std::string_view(*asked.request.key_id) : "", asked.caller, keys);
    add_context_keys(asked.request.encryption_context, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<Decrypt>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const std::string& ciphertext = request.ciphertext_blob.bytes;
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_TRY(check_same_key(ciphertext, key, authorized.caller()));
    COFFER_ASSIGN(kms::Decrypted decrypted,
                  kms::decrypt(rooms.keyring, key, ciphertext, context_of(request.encryption_context)));
    COFFER_TRY(end_dry_run(request.dry_run));
    return Response{authorized.resource().name,
                    {std::move(decrypted.plaintext)},
                    kSymmetricDefault,
                    std::move(decrypted.material_id)};
  }
};

}  // namespace

api::Operation decrypt() {
  return api::operation<Decrypt>();
}

}  // namespace coffer::kms_service
