// What there is to know about a key but its policy and tags. Asked for alias/aws/secretsmanager by somebody who may, it
// is made if it is not there yet, which is why this may have to wait.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
#include "access/key_resource.h"
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
    const KeyUse use{kms::GrantOperation::kDescribeKey, std::nullopt};
    if (!names_default_key(request.key_id, caller, rooms.region)) {
      return used_key(request.key_id, use, caller, rooms);
    }
    COFFER_ASSIGN(kms::KeyPointer key, rooms.keyring.default_key(caller.account));
    api::Resource resource = access::key_resource(rooms.region, std::move(key));
    COFFER_TRY(hear_grants(use, caller, rooms, resource));
    return resource;
  }

  static Result<void> keys(const api::Asked<DescribeKey>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<DescribeKey>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(kms::KeyPointer key, found_key(authorized.resource()));
    if (key->info.is_default) {
      COFFER_ASSIGN(key, rooms.keyring.make_default_key(key->info.name.account));
    }
    return Response{metadata_of(key->info, rooms.region)};
  }
};

}  // namespace

api::Operation describe_key() {
  return api::operation<DescribeKey>();
}

}  // namespace coffer::kms_service
