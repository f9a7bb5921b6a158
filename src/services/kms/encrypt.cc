// Encrypts up to 4 KiB under a key, bound to an encryption context.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
#include "kms/operations.h"
#include "services/kms/common.h"
#include "services/kms/common_cryptography.h"
#include "services/kms/common_metadata.h"

namespace coffer::kms_service {
namespace {

struct Encrypt {
  static constexpr std::string_view kName = "Encrypt";
  static constexpr std::string_view kAction = "kms:Encrypt";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire,  ErrorCode::kDisabled,
                                          ErrorCode::kInvalidKeyUsage, ErrorCode::kInvalidGrantToken,
                                          ErrorCode::kKmsInvalidState, ErrorCode::kDryRunOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    wire::SecretBlob plaintext;
    ContextMap encryption_context;
    std::optional<std::vector<std::string>> grant_tokens;
    std::optional<std::string> encryption_algorithm;
    std::optional<bool> dry_run;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
        wire::field<&Request::plaintext>("Plaintext", kPlaintextBounds),
        wire::field<&Request::encryption_context>("EncryptionContext"),
        wire::field<&Request::grant_tokens>("GrantTokens", kGrantTokensBounds),
        wire::field<&Request::encryption_algorithm>("EncryptionAlgorithm", kEncryptionAlgorithmBounds),
        wire::field<&Request::dry_run>("DryRun")};
  };

  struct Response {
    wire::Blob ciphertext_blob;
    std::string key_id;
    std::string_view encryption_algorithm;
    static constexpr wire::Field kFields[] = {wire::field<&Response::ciphertext_blob>("CiphertextBlob"),
                                              wire::field<&Response::key_id>("KeyId"),
                                              wire::field<&Response::encryption_algorithm>("EncryptionAlgorithm")};
  };

  static Result<void> check(const Request& request) {
    COFFER_TRY(check_algorithm(request.encryption_algorithm));
    COFFER_TRY(check_context(request.encryption_context));
    return check_grant_tokens(request.grant_tokens);
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return used_key(request.key_id, {kms::GrantOperation::kEncrypt, request.encryption_context}, caller, rooms);
  }

  static Result<void> keys(const api::Asked<Encrypt>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    add_context_keys(asked.request.encryption_context, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<Encrypt>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_ASSIGN(kms::Encrypted encrypted,
                  kms::encrypt(rooms.keyring, key, request.plaintext.bytes, context_of(request.encryption_context)));
    COFFER_TRY(end_dry_run(request.dry_run));
    return Response{{std::move(encrypted.ciphertext)}, authorized.resource().name, kSymmetricDefault};
  }
};

}  // namespace

api::Operation encrypt() {
  return api::operation<Encrypt>();
}

}  // namespace coffer::kms_service
