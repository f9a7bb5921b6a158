// Makes a data key, and answers with its ciphertext under a key only: for who is to decrypt it later.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyWithoutPlaintext.html
#include "kms/operations.h"
#include "services/kms/common.h"
#include "services/kms/common_cryptography.h"

namespace coffer::kms_service {
namespace {

constexpr std::string_view kDataKeySpecs[] = {"AES_256", "AES_128"};

struct GenerateDataKeyWithoutPlaintext {
  static constexpr std::string_view kName = "GenerateDataKeyWithoutPlaintext";
  static constexpr std::string_view kAction = "kms:GenerateDataKeyWithoutPlaintext";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire,  ErrorCode::kDisabled,
                                          ErrorCode::kInvalidKeyUsage, ErrorCode::kInvalidGrantToken,
                                          ErrorCode::kKmsInvalidState, ErrorCode::kDryRunOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    ContextMap encryption_context;
    std::optional<std::string> key_spec;
    std::optional<int64_t> number_of_bytes;
    std::optional<std::vector<std::string>> grant_tokens;
    std::optional<bool> dry_run;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
        wire::field<&Request::encryption_context>("EncryptionContext"),
        wire::field<&Request::key_spec>("KeySpec", {.values = kDataKeySpecs}),
        wire::field<&Request::number_of_bytes>("NumberOfBytes", kNumberOfBytesBounds),
        wire::field<&Request::grant_tokens>("GrantTokens", kGrantTokensBounds),
        wire::field<&Request::dry_run>("DryRun")};
  };

  struct Response {
    wire::Blob ciphertext_blob;
    std::string key_id;
    std::string key_material_id;
    static constexpr wire::Field kFields[] = {wire::field<&Response::ciphertext_blob>("CiphertextBlob"),
                                              wire::field<&Response::key_id>("KeyId"),
                                              wire::field<&Response::key_material_id>("KeyMaterialId")};
  };

  static Result<void> check(const Request& request) {
    COFFER_TRY(data_key_size(request.key_spec, request.number_of_bytes));
    COFFER_TRY(check_context(request.encryption_context));
    return check_grant_tokens(request.grant_tokens);
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return used_key(request.key_id, {kms::GrantOperation::kGenerateDataKeyWithoutPlaintext, request.encryption_context},
                    caller, rooms);
  }

  static Result<void> keys(const api::Asked<GenerateDataKeyWithoutPlaintext>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    add_context_keys(asked.request.encryption_context, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<GenerateDataKeyWithoutPlaintext>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_ASSIGN(const size_t size, data_key_size(request.key_spec, request.number_of_bytes));
    COFFER_ASSIGN(kms::GeneratedKey made,
                  kms::generate_data_key(rooms.keyring, key, size, context_of(request.encryption_context)));
    COFFER_TRY(end_dry_run(request.dry_run));
    return Response{
        {std::move(made.encrypted.ciphertext)}, authorized.resource().name, std::move(made.encrypted.material_id)};
  }
};

}  // namespace

api::Operation generate_data_key_without_plaintext() {
  return api::operation<GenerateDataKeyWithoutPlaintext>();
}

}  // namespace coffer::kms_service
