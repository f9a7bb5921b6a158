// Makes a replica of a multi-region key its primary; from the answer on this key is a replica. "Updating" until the
// other region has taken over. That takes the permission for both keys. Difference from AWS: the replica's own key
// policy is not asked, which is in its region.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdatePrimaryRegion.html
#include "access/key_resource.h"
#include "kms/multi_region.h"
#include "services/kms/common.h"
#include "services/kms/common_metadata.h"

namespace coffer::kms_service {
namespace {

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

  // For the replica, in its region. Its key policy is taken to let the caller in, so that only a Deny can keep it out.
  static Result<void> permit_replica(const api::Authorized<UpdatePrimaryRegion>& authorized, const kms::KeyName& key,
                                     const Region& region) {
    const kms::KeyInfo replica{.name = key, .multi_region = kms::MultiRegion::kReplica};
    const kms::KeyPolicy policy{
        R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}})",
        {}};
    COFFER_ASSIGN(auto compiled, kms::compile_key_policy(replica, policy, region));
    const auto view = std::make_shared<const kms::KeyView>(kms::KeyView{replica, std::move(compiled)});
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
    COFFER_TRY(permit_replica(authorized, key, *region));
    COFFER_TRY(kms::hand_over(rooms.keyring, key, *region));
    return Response{};
  }
};

}  // namespace

api::Operation update_primary_region() {
  return api::operation<UpdatePrimaryRegion>();
}

}  // namespace coffer::kms_service
