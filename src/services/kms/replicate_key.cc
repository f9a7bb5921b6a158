// Makes a replica of a multi-region key in another region, which has it when replication has got there. That takes two
// permissions: for the primary, and to create a key in the other region.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html
#include <algorithm>

#include "kms/key_details.h"
#include "kms/multi_region.h"
#include "services/kms/common.h"
#include "services/kms/common_metadata.h"
#include "services/kms/common_policy.h"

namespace coffer::kms_service {
namespace {

namespace action {
struct CreateKey {
  static constexpr std::string_view kAction = "kms:CreateKey";
};
struct TagResource {
  static constexpr std::string_view kAction = "kms:TagResource";
};
}  // namespace action

struct ReplicateKey {
  static constexpr std::string_view kName = "ReplicateKey";
  static constexpr std::string_view kAction = "kms:ReplicateKey";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {
      ErrorCode::kAlreadyExists,   ErrorCode::kDisabled,      ErrorCode::kInvalidArn,
      ErrorCode::kKmsInvalidState, ErrorCode::kLimitExceeded, ErrorCode::kMalformedPolicyDocument,
      ErrorCode::kNotFoundOnWire,  ErrorCode::kTag,           ErrorCode::kUnsupportedOperation};
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

  static Result<void> check(const Request& request) {
    return request.tags ? kms::check_tags(tags_of(*request.tags)) : Result<void>();
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<ReplicateKey>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    keys.add("kms:ReplicaRegion", asked.request.replica_region);
    add_bypass_key(asked.request.bypass, keys);
    if (asked.request.tags) add_tag_keys(*asked.request.tags, TagsAre::kOfTheRequest, keys);
    return {};
  }

  // Those of the key that is to be, as CreateKey gives them in its region for another.
  static void add_replica_keys(const Request& request, const auth::Caller& caller, api::ConditionKeys& keys) {
    add_caller_keys(caller, keys);
    keys.add("aws:RequestedRegion", request.replica_region);
    add_bypass_key(request.bypass, keys);
    keys.add("kms:KeySpec", kSymmetricDefault);
    keys.add("kms:KeyUsage", "ENCRYPT_DECRYPT");
    keys.add("kms:KeyOrigin", "AWS_KMS");
    keys.add_flag("kms:MultiRegion", true);
    keys.add("kms:MultiRegionKeyType", "REPLICA");
    keys.add("kms:ReplicaRegion", request.replica_region);
    if (request.tags) add_tag_keys(*request.tags, TagsAre::kOfTheResource, keys);
  }

  static Result<void> permit_creation(const api::Authorized<ReplicateKey>& authorized, const std::string& arn) {
    const Request& request = authorized.request();
    const auth::Caller& caller = authorized.caller();
    const auto add_keys = [&](api::ConditionKeys& keys) { add_replica_keys(request, caller, keys); };
    COFFER_TRY(api::Pipeline::permit<action::CreateKey>(authorized.authority(), no_resource(caller), add_keys));
    if (!request.tags || request.tags->empty()) return {};
    COFFER_TRY(api::Pipeline::permit<action::TagResource>(authorized.authority(),
                                                          {.name = arn, .account = caller.account}, add_keys));
    return {};
  }

  static Result<kms::KeyPolicy> policy_of(const api::Authorized<ReplicateKey>& authorized, const kms::KeyName& key,
                                          const Region& region, const Rooms& rooms) {
    const Request& request = authorized.request();
    if (!request.policy) return kms::KeyPolicy{};
    kms::KeyInfo info{.name = key, .description = request.description.value_or("")};
    if (request.tags) info.tags = tags_of(*request.tags);
    info.multi_region = kms::MultiRegion::kReplica;
    return accept_policy(authorized.authority(), {*request.policy, info, region, request.bypass}, rooms);
  }

  static Result<Response> handle(const api::Authorized<ReplicateKey>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    const auto region = Region::parse(request.replica_region);
    if (!region || !rooms.regions.has(*region)) {
      return Error{ErrorCode::kValidation, "Invalid replica region."};
    }
    const std::string arn = kms::key_arn(*region, key);
    COFFER_TRY(permit_creation(authorized, arn));
    kms::Birth birth{request.description.value_or(""), {}, {}};
    if (request.tags) birth.tags = tags_of(*request.tags);
    COFFER_ASSIGN(birth.policy, policy_of(authorized, key, *region, rooms));
    COFFER_TRY(kms::replicate(rooms.keyring, key, *region, birth));
    COFFER_ASSIGN(const kms::KeyPointer primary, rooms.keyring.find(key));
    if (primary == nullptr)
      return Error{ErrorCode::kInternalServiceError, "a KMS key disappeared while it was replicated"};
    const std::string policy = birth.policy.text.empty() ? kms::default_key_policy(key.account) : birth.policy.text;
    return Response{metadata_of_replica(primary->info, *region, birth.description, authorized.now()), policy,
                    request.tags};
  }
};

}  // namespace

api::Operation replicate_key() {
  return api::operation<ReplicateKey>();
}

}  // namespace coffer::kms_service
