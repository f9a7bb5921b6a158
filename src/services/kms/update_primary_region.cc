// Makes a replica of a multi-region key its primary; from the answer on this key is a replica. "Updating" until the
// other region has taken over. That takes the permission for both keys. Difference from AWS: the replica's own key
// policy, tags and aliases are not asked, which are in its region.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdatePrimaryRegion.html
#include "access/key_resource.h"
#include "kms/key_policy.h"
#include "kms/multi_region.h"
#include "services/kms/common.h"
#include "services/kms/common_metadata.h"

namespace coffer::kms_service {
namespace {

constexpr std::string_view kAnybody =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}})";

Result<std::shared_ptr<const policy::CompiledPolicy>> compile(const kms::KeyInfo& key, std::string text,
                                                              const Region& region) {
  return kms::compile_key_policy(key, {std::move(text), {}}, region);
}

struct UpdatePrimaryRegion {
  static constexpr std::string_view kName = "UpdatePrimaryRegion";
  static constexpr std::string_view kAction = "kms:UpdatePrimaryRegion";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kDisabled, ErrorCode::kInvalidArn, ErrorCode::kKmsInvalidState,
                                          ErrorCode::kNotFoundOnWire, ErrorCode::kUnsupportedOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::string primary_region;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
                                              wire::field<&Request::primary_region>("PrimaryRegion", kRegionBounds)};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<UpdatePrimaryRegion>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    keys.add("kms:PrimaryRegion", asked.request.primary_region);
    return {};
  }

  // Whether the caller's own policies, its boundary and its session let it do this to a key whose policy leaves it to
  // them.
  static Result<bool> may_by_delegation(const api::Authorized<UpdatePrimaryRegion>& authorized, const Rooms& rooms) {
    api::Resource primary = authorized.resource();
    const kms::KeyName& key = access::key_of(primary).info.name;
    COFFER_ASSIGN(primary.policy, compile({.name = key}, kms::default_key_policy(key.account), rooms.region));
    return api::Pipeline::would_permit<UpdatePrimaryRegion>(
        authorized.authority(), primary, [&](api::ConditionKeys& condition_keys) {
          add_key_id_keys(authorized.request().key_id, authorized.caller(), condition_keys);
          condition_keys.add("kms:PrimaryRegion", authorized.request().primary_region);
        });
  }

  // For the replica, in its region, whose key policy is not here. It is taken to be AWS's default one, so that the
  // caller's own policies must let it in there, as they do here. Whom the primary's policy alone lets in is taken to be
  // let in by the replica's, too: then only a Deny can keep it out.
  static Result<void> permit_replica(const api::Authorized<UpdatePrimaryRegion>& authorized, const kms::KeyName& key,
                                     const Region& region, const Rooms& rooms) {
    const kms::KeyInfo replica{.name = key, .multi_region = kms::MultiRegion::kReplica};
    COFFER_ASSIGN(const bool is_delegated, may_by_delegation(authorized, rooms));
    const std::string text = is_delegated ? kms::default_key_policy(key.account) : std::string(kAnybody);
    COFFER_ASSIGN(auto compiled, compile(replica, text, region));
    const auto view = std::make_shared<const kms::KeyView>(kms::KeyView{replica, std::move(compiled), {}});
    COFFER_TRY(api::Pipeline::permit<UpdatePrimaryRegion>(authorized.authority(), access::key_resource(region, view),
                                                          [&](api::ConditionKeys& keys) {
                                                            add_caller_keys(authorized.caller(), keys);
                                                            keys.add("aws:RequestedRegion", region.text());
                                                            keys.add("kms:PrimaryRegion", region.text());
                                                          }));
    return {};
  }

  static Result<Response> handle(const api::Authorized<UpdatePrimaryRegion>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    const auto region = Region::parse(authorized.request().primary_region);
    if (!region) return Error{ErrorCode::kValidation, "Invalid primary region."};
    COFFER_TRY(permit_replica(authorized, key, *region, rooms));
    COFFER_TRY(kms::hand_over(rooms.keyring, key, *region));
    return Response{};
  }
};

}  // namespace

api::Operation update_primary_region() {
  return api::operation<UpdatePrimaryRegion>();
}

}  // namespace coffer::kms_service
