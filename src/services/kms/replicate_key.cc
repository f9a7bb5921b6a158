// Would make a replica of a multi-region key in another region. Refused: no material leaves its region yet.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html
#include "services/kms/common.h"
#include "services/kms/common_metadata.h"

namespace coffer::kms_service {
namespace {

struct ReplicateKey {
  static constexpr std::string_view kName = "ReplicateKey";
  static constexpr std::string_view kAction = "kms:ReplicateKey";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAlreadyExists,       ErrorCode::kDisabled,
                                          ErrorCode::kInvalidArn,          ErrorCode::kKmsInvalidState,

                                          ErrorCode::kLimitExceeded,       ErrorCode::kMalformedPolicyDocument,
                                          ErrorCode::kNotFoundOnWire,      ErrorCode::kTag,
                                          ErrorCode::kUnsupportedOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::string replica_region;
    std::optional<std::string> policy;
    std::optional<bool> bypass;
    std::optional<std::string> description;
    std::optional<std::vector<TagEntry>> tags;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
                                              wire::field<&Request::replica_region>("ReplicaRegion", kRegionBounds),
                                              wire::field<&Request::policy>("Policy", kPolicyBounds),
                                              wire::field<&Request::bypass>("BypassPolicyLockoutSafetyCheck"),
                                              wire::field<&Request::description>("Description", kDescriptionBounds),
                                              wire::field<&Request::tags>("Tags")};
  };

  struct Response {
    KeyMetadataEntry replica_key_metadata;
    std::string replica_policy;
    std::optional<std::vector<TagEntry>> replica_tags;
    static constexpr wire::Field kFields[] = {wire::field<&Response::replica_key_metadata>("ReplicaKeyMetadata"),
                                              wire::field<&Response::replica_policy>("ReplicaPolicy"),
                                              wire::field<&Response::replica_tags>("ReplicaTags")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<ReplicateKey>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    keys.add("kms:ReplicaRegion", asked.request.replica_region);
    keys.add_flag("kms:BypassPolicyLockoutSafetyCheck", asked.request.bypass.value_or(false));
    if (asked.request.tags) add_tag_keys(*asked.request.tags, TagsAre::kOfTheRequest, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<ReplicateKey>& authorized, Rooms&) {
    COFFER_ASSIGN(const kms::KeyPointer key, found_key(authorized.resource()));
    if (key->info.multi_region != kms::MultiRegion::kPrimary) {
      return unsupported(authorized.resource().name + " is not a multi-region primary key.");
    }
    return unsupported(
        "ReplicateKey is not supported yet: a multi-region key exists in the region of its primary only.");
  }
};

}  // namespace

api::Operation replicate_key() {
  return api::operation<ReplicateKey>();
}

}  // namespace coffer::kms_service
