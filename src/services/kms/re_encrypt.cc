// Decrypts a ciphertext and encrypts what was in it under another key, or with another context; the plaintext stays
// here. The caller needs kms:ReEncryptFrom on the one key and kms:ReEncryptTo on the other. Difference from AWS:
// DryRunModifiers are refused. https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html
#include "kms/operations.h"
#include "services/kms/common.h"
#include "services/kms/common_cryptography.h"
#include "services/kms/common_metadata.h"

namespace coffer::kms_service {
namespace {

constexpr std::string_view kDryRunModifiers[] = {"IGNORE_CIPHERTEXT"};
constexpr wire::Constraint kDryRunModifierBounds{.values = kDryRunModifiers};

namespace action {
struct ReEncryptTo {
  static constexpr std::string_view kAction = "kms:ReEncryptTo";
};
}  // namespace action

struct ReEncrypt {
  static constexpr std::string_view kName = "ReEncrypt";
  static constexpr std::string_view kAction = "kms:ReEncryptFrom";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire,    ErrorCode::kDisabled,
                                          ErrorCode::kInvalidCiphertext, ErrorCode::kIncorrectKey,
                                          ErrorCode::kInvalidKeyUsage,   ErrorCode::kInvalidGrantToken,
                                          ErrorCode::kKmsInvalidState,   ErrorCode::kDryRunOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    wire::Blob ciphertext_blob;
    ContextMap source_encryption_context;
    std::optional<std::string> source_key_id;
    std::string destination_key_id;
    ContextMap destination_encryption_context;
    std::optional<std::string> source_encryption_algorithm;
    std::optional<std::string> destination_encryption_algorithm;
    std::optional<std::vector<std::string>> grant_tokens;
    std::optional<bool> dry_run;
    std::optional<std::vector<std::string>> dry_run_modifiers;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::ciphertext_blob>("CiphertextBlob", kCiphertextBounds),
        wire::field<&Request::source_encryption_context>("SourceEncryptionContext"),
        wire::field<&Request::source_key_id>("SourceKeyId", kKeyIdBounds),
        wire::field<&Request::destination_key_id>("DestinationKeyId", kKeyIdBounds),
        wire::field<&Request::destination_encryption_context>("DestinationEncryptionContext"),
        wire::field<&Request::source_encryption_algorithm>("SourceEncryptionAlgorithm", kEncryptionAlgorithmBounds),
        wire::field<&Request::destination_encryption_algorithm>("DestinationEncryptionAlgorithm",
                                                                kEncryptionAlgorithmBounds),
        wire::field<&Request::grant_tokens>("GrantTokens", kGrantTokensBounds),
        wire::field<&Request::dry_run>("DryRun"),
        wire::field<&Request::dry_run_modifiers>("DryRunModifiers", {.item = &kDryRunModifierBounds})};
  };

  struct Response {
    wire::Blob ciphertext_blob;
    std::string source_key_id;
    std::string key_id;
    std::string_view source_encryption_algorithm;
    std::string_view destination_encryption_algorithm;
    std::string source_key_material_id;
    std::string destination_key_material_id;
    static constexpr wire::Field kFields[] = {
        wire::field<&Response::ciphertext_blob>("CiphertextBlob"),
        wire::field<&Response::source_key_id>("SourceKeyId"),
        wire::field<&Response::key_id>("KeyId"),
        wire::field<&Response::source_encryption_algorithm>("SourceEncryptionAlgorithm"),
        wire::field<&Response::destination_encryption_algorithm>("DestinationEncryptionAlgorithm"),
        wire::field<&Response::source_key_material_id>("SourceKeyMaterialId"),
        wire::field<&Response::destination_key_material_id>("DestinationKeyMaterialId")};
  };

  static Result<void> check(const Request& request) {
    COFFER_TRY(check_algorithm(request.source_encryption_algorithm));
    COFFER_TRY(check_algorithm(request.destination_encryption_algorithm));
    COFFER_TRY(check_context(request.source_encryption_context));
    COFFER_TRY(check_context(request.destination_encryption_context));
    COFFER_TRY(refuse_dry_run_modifiers(request.dry_run_modifiers));
    return check_grant_tokens(request.grant_tokens);
  }

  static Result<api::Resource> source_key(const Request& request, const auth::Caller& caller, const Rooms& rooms) {
    const KeyUse use{kms::GrantOperation::kReEncryptFrom, request.source_encryption_context};
    if (request.source_key_id) return used_key(*request.source_key_id, use, caller, rooms);
    return key_of_ciphertext(request.ciphertext_blob.bytes, use, caller, rooms);
  }

  static Result<api::Resource> destination_key(const Request& request, const auth::Caller& caller, const Rooms& rooms) {
    const KeyUse use{kms::GrantOperation::kReEncryptTo, request.destination_encryption_context};
    return used_key(request.destination_key_id, use, caller, rooms);
  }

  // Both are decided on, and each decision knows the other.
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    COFFER_ASSIGN(api::Resource from, source_key(request, caller, rooms));
    COFFER_ASSIGN(api::Resource to, destination_key(request, caller, rooms));
    from.other = std::make_shared<const api::Resource>(std::move(to));
    return from;
  }

  static Result<void> keys(const api::Asked<ReEncrypt>& asked, api::ConditionKeys& keys) {
    const Request& request = asked.request;
    add_key_id_keys(request.source_key_id ? std::string_view(*request.source_key_id) : "", asked.caller, keys);
    add_context_keys(request.source_encryption_context, keys);
    keys.add_flag("kms:ReEncryptOnSameKey", asked.resource.other->name == asked.resource.name);
    return {};
  }

  static Result<Response> handle(const api::Authorized<ReEncrypt>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const std::string& ciphertext = request.ciphertext_blob.bytes;
    const api::Resource& from = authorized.resource();
    const api::Resource& to = *from.other;
    COFFER_TRY(api::Pipeline::permit<action::ReEncryptTo>(authorized.authority(), to, [&](api::ConditionKeys& keys) {
      add_key_id_keys(request.destination_key_id, authorized.caller(), keys);
      add_context_keys(request.destination_encryption_context, keys);
      keys.add_flag("kms:ReEncryptOnSameKey", to.name == from.name);
    }));
    COFFER_ASSIGN(const kms::KeyName source, found_name(from));
    COFFER_ASSIGN(const kms::KeyName target, found_name(to));
    COFFER_TRY(check_same_key(ciphertext, source, authorized.caller()));
    COFFER_ASSIGN(kms::Decrypted opened,
                  kms::decrypt(rooms.keyring, source, ciphertext, context_of(request.source_encryption_context)));
    COFFER_ASSIGN(kms::Encrypted sealed, kms::encrypt(rooms.keyring, target, opened.plaintext,
                                                      context_of(request.destination_encryption_context)));
    COFFER_TRY(end_dry_run(request.dry_run));
    return Response{{std::move(sealed.ciphertext)},
                    from.name,
                    to.name,
                    kSymmetricDefault,
                    kSymmetricDefault,
                    std::move(opened.material_id),
                    std::move(sealed.material_id)};
  }
};

}  // namespace

api::Operation re_encrypt() {
  return api::operation<ReEncrypt>();
}

}  // namespace coffer::kms_service
