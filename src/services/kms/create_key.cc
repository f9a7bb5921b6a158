// Makes a symmetric key of the account, single-region or the primary of a multi-region key.
// Difference from AWS: asymmetric and HMAC keys, imported material and custom key stores do not exist and are refused.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
#include "kms/key_details.h"
#include "services/kms/common.h"
#include "services/kms/common_metadata.h"
#include "services/kms/common_policy.h"

namespace coffer::kms_service {
namespace {

constexpr std::string_view kEncryptDecrypt = "ENCRYPT_DECRYPT";
constexpr std::string_view kOwnOrigin = "AWS_KMS";
constexpr std::string_view kUsages[] = {"SIGN_VERIFY", kEncryptDecrypt, "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"};
constexpr std::string_view kCustomerMasterKeySpecs[] = {"RSA_2048",
                                                        "RSA_3072",
                                                        "RSA_4096",
                                                        "ECC_NIST_P256",
                                                        "ECC_NIST_P384",
                                                        "ECC_NIST_P521",
                                                        "ECC_SECG_P256K1",
                                                        "SYMMETRIC_DEFAULT",
                                                        "HMAC_224",
                                                        "HMAC_256",
                                                        "HMAC_384",
                                                        "HMAC_512",
                                                        "SM2"};
constexpr std::string_view kSpecs[] = {"RSA_2048",
                                       "RSA_3072",
                                       "RSA_4096",
                                       "ECC_NIST_P256",
                                       "ECC_NIST_P384",
                                       "ECC_NIST_P521",
                                       "ECC_SECG_P256K1",
                                       "SYMMETRIC_DEFAULT",
                                       "HMAC_224",
                                       "HMAC_256",
                                       "HMAC_384",
                                       "HMAC_512",
                                       "SM2",
                                       "ML_DSA_44",
                                       "ML_DSA_65",
                                       "ML_DSA_87",
                                       "ECC_NIST_EDWARDS25519"};
constexpr std::string_view kOrigins[] = {kOwnOrigin, "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"};
constexpr wire::Pattern kXksKeyPattern{
    "^[a-zA-Z0-9-_.]+$", [](std::string_view text) {
      return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == text.npos;
    }};

namespace action {
struct TagResource {
  static constexpr std::string_view kAction = "kms:TagResource";
};
}  // namespace action

struct CreateKey {
  static constexpr std::string_view kName = "CreateKey";
  static constexpr std::string_view kAction = "kms:CreateKey";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kMalformedPolicyDocument, ErrorCode::kInvalidArn,
                                          ErrorCode::kUnsupportedOperation, ErrorCode::kLimitExceeded, ErrorCode::kTag};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::optional<std::string> policy;
    std::optional<std::string> description;
    std::optional<std::string> key_usage;
    std::optional<std::string> customer_master_key_spec;
    std::optional<std::string> key_spec;
    std::optional<std::string> origin;
    std::optional<std::string> custom_key_store_id;
    std::optional<bool> bypass;
    std::optional<std::vector<TagEntry>> tags;
    std::optional<bool> multi_region;
    std::optional<std::string> xks_key_id;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::policy>("Policy", kPolicyBounds),
        wire::field<&Request::description>("Description", kDescriptionBounds),
        wire::field<&Request::key_usage>("KeyUsage", {.values = kUsages}),
        wire::field<&Request::customer_master_key_spec>("CustomerMasterKeySpec", {.values = kCustomerMasterKeySpecs}),
        wire::field<&Request::key_spec>("KeySpec", {.values = kSpecs}),
        wire::field<&Request::origin>("Origin", {.values = kOrigins}),
        wire::field<&Request::custom_key_store_id>("CustomKeyStoreId", {.min = 1, .max = 64}),
        wire::field<&Request::bypass>("BypassPolicyLockoutSafetyCheck"),
        wire::field<&Request::tags>("Tags"),
        wire::field<&Request::multi_region>("MultiRegion"),
        wire::field<&Request::xks_key_id>("XksKeyId", {.min = 1, .max = 128, .pattern = &kXksKeyPattern})};
  };

  struct Response {
    KeyMetadataEntry key_metadata;
    static constexpr wire::Field kFields[] = {wire::field<&Response::key_metadata>("KeyMetadata")};
  };

  static Result<void> check(const Request& request) {
    if (request.key_spec && request.customer_master_key_spec) {
      return Error{ErrorCode::kValidation,
                   "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is "
                   "deprecated."};
    }
    const auto& spec = request.key_spec ? request.key_spec : request.customer_master_key_spec;
    const bool is_symmetric = !spec || *spec == kSymmetricDefault;
    if (!is_symmetric && !request.key_usage) {
      return Error{ErrorCode::kValidation,
                   "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."};
    }
    if (!is_symmetric) return unsupported("KeySpec " + *spec + " is not supported: there are symmetric keys only.");
    if (request.key_usage && *request.key_usage != kEncryptDecrypt) {
      return Error{ErrorCode::kValidation,
                   "KeyUsage " + *request.key_usage + " is not compatible with KeySpec SYMMETRIC_DEFAULT"};
    }
    if (request.origin && *request.origin != kOwnOrigin) {
      return unsupported("Origin " + *request.origin + " is not supported: key material is made here.");
    }
    if (request.custom_key_store_id || request.xks_key_id) return unsupported("There are no custom key stores.");
    return request.tags ? kms::check_tags(tags_of(*request.tags)) : Result<void>();
  }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return no_resource(caller);
  }

  // Also what is not given: KMS decides on the defaults.
  static void add_keys(const Request& request, const auth::Caller& caller, api::ConditionKeys& keys) {
    const bool is_multi_region = request.multi_region.value_or(false);
    add_caller_keys(caller, keys);
    add_bypass_key(request.bypass, keys);
    keys.add("kms:KeySpec", kSymmetricDefault);
    keys.add("kms:KeyUsage", kEncryptDecrypt);
    keys.add("kms:KeyOrigin", kOwnOrigin);
    keys.add_flag("kms:MultiRegion", is_multi_region);
    if (is_multi_region) keys.add("kms:MultiRegionKeyType", "PRIMARY");
    if (request.tags) add_tag_keys(*request.tags, TagsAre::kOfTheResource, keys);
  }

  static Result<void> keys(const api::Asked<CreateKey>& asked, api::ConditionKeys& keys) {
    add_keys(asked.request, asked.caller, keys);
    return {};
  }

  static Result<kms::KeyPolicy> policy_of(const api::Authorized<CreateKey>& authorized, const kms::NewKey& key,
                                          const Rooms& rooms) {
    const Request& request = authorized.request();
    if (!request.policy) return kms::KeyPolicy{};
    kms::KeyInfo info{.name = key.name, .description = key.description, .tags = key.tags};
    if (request.multi_region.value_or(false)) info.multi_region = kms::MultiRegion::kPrimary;
    return accept_policy(authorized.authority(), {*request.policy, info, rooms.region, request.bypass}, rooms);
  }

  static Result<Response> handle(const api::Authorized<CreateKey>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    kms::NewKey key;
    key.name = rooms.keyring.draw_name(
        account, request.multi_region.value_or(false) ? kms::MultiRegion::kPrimary : kms::MultiRegion::kNo);
    key.description = request.description.value_or("");
    const std::string arn = kms::key_arn(rooms.region, key.name);
    if (request.tags && !request.tags->empty()) {
      // An action of its own, with the same keys.
      COFFER_TRY(api::Pipeline::permit<action::TagResource>(
          authorized.authority(), {.name = arn, .account = account},
          [&](api::ConditionKeys& keys) { add_keys(request, authorized.caller(), keys); }));
      key.tags = tags_of(*request.tags);
    }
    COFFER_ASSIGN(key.policy, policy_of(authorized, key, rooms));
    COFFER_TRY(rooms.keyring.create_key(key));
    COFFER_ASSIGN(const kms::KeyPointer made, rooms.keyring.find(key.name));
    if (made == nullptr) return Error{ErrorCode::kInternalServiceError, "a KMS key disappeared while it was made"};
    return Response{metadata_of(made->info, rooms.region)};
  }
};

}  // namespace

api::Operation create_key() {
  return api::operation<CreateKey>();
}

}  // namespace coffer::kms_service
