// What there is to know about a key but its policy and tags. Asked for alias/aws/secretsmanager, it is made if it is
// not there yet, which is why this may have to wait.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
#include "services/kms/common.h"
#include "services/kms/common_cryptography.h"
#include "services/kms/common_metadata.h"

namespace coffer::kms_service {
namespace {

struct DescribeKey {
  static constexpr std::string_view kName = "DescribeKey";
  static constexpr std::string_view kAction = "kms:DescribeKey";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::optional<std::vector<std::string>> grant_tokens;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
                                              wire::field<&Request::grant_tokens>("GrantTokens", kGrantTokensBounds)};
  };

  struct Response {
    KeyMetadataEntry key_metadata;
    static constexpr wire::Field kFields[] = {wire::field<&Response::key_metadata>("KeyMetadata")};
  };

  static Result<void> check(const Request& request) { return check_grant_tokens(request.grant_tokens); }

  static bool names_default_key(std::string_view key_id, const auth::Caller& caller, const Region& region) {
    return key_id == kms::kSecretsManagerAlias ||
           key_id == kms::alias_arn(region, caller.account, kms::kSecretsManagerAlias);
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    if (names_default_key(request.key_id, caller, rooms.region)) {
      COFFER_TRY(rooms.keyring.resolve(caller.account, kms::kSecretsManagerAlias));
    }
    return used_key(request.key_id, {kms::GrantOperation::kDescribeKey, std::nullopt}, caller, rooms);
  }

  static Result<void> keys(const api::Asked<DescribeKey>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<DescribeKey>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const kms::KeyPointer key, found_key(authorized.resource()));
    return Response{metadata_of(key->info, rooms.region)};
  }
};

}  // namespace

api::Operation describe_key() {
  return api::operation<DescribeKey>();
}

}  // namespace coffer::kms_service
