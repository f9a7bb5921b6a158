// Random bytes. Differences from AWS: Recipient and custom key stores are refused.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html
#include "kms/operations.h"
#include "services/kms/common.h"
#include "services/kms/common_cryptography.h"

namespace coffer::kms_service {
namespace {

struct GenerateRandom {
  static constexpr std::string_view kName = "GenerateRandom";
  static constexpr std::string_view kAction = "kms:GenerateRandom";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kUnsupportedOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::optional<int64_t> number_of_bytes;
    std::optional<std::string> custom_key_store_id;
    std::optional<RecipientEntry> recipient;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::number_of_bytes>("NumberOfBytes", kNumberOfBytesBounds),
        wire::field<&Request::custom_key_store_id>("CustomKeyStoreId", {.min = 1, .max = 64}),
        wire::field<&Request::recipient>("Recipient")};
  };

  struct Response {
    wire::SecretBlob plaintext;
    static constexpr wire::Field kFields[] = {wire::field<&Response::plaintext>("Plaintext")};
  };

  static Result<void> check(const Request& request) {
    if (!request.number_of_bytes) return Error{ErrorCode::kValidation, "NumberOfBytes is required."};
    if (request.custom_key_store_id) return unsupported("There are no custom key stores.");
    return refuse_recipient(request.recipient);
  }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return no_resource(caller);
  }

  static Result<void> keys(const api::Asked<GenerateRandom>& asked, api::ConditionKeys& keys) {
    add_caller_keys(asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<GenerateRandom>& authorized, Rooms& rooms) {
    const auto size = static_cast<size_t>(*authorized.request().number_of_bytes);
    return Response{{kms::generate_random(rooms.random, size)}};
  }
};

}  // namespace

api::Operation generate_random() {
  return api::operation<GenerateRandom>();
}

}  // namespace coffer::kms_service
