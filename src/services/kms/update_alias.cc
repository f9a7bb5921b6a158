// Gives a name to another key of the account. The caller needs the permission on the name and on both keys. What was
// encrypted keeps its key.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html
#include "services/kms/common.h"
#include "services/kms/common_aliases.h"

namespace coffer::kms_service {
namespace {

struct UpdateAlias {
  static constexpr std::string_view kName = "UpdateAlias";
  static constexpr std::string_view kAction = "kms:UpdateAlias";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kLimitExceeded,
                                          ErrorCode::kKmsInvalidState};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string alias_name;
    std::string target_key_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::alias_name>("AliasName", kAliasBounds),
                                              wire::field<&Request::target_key_id>("TargetKeyId", kKeyIdBounds)};
  };

  using Response = NoMembers;

  static Result<void> check(const Request& request) { return kms::check_customer_alias(request.alias_name); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return alias_resource(request.alias_name, caller, rooms);
  }

  static Result<void> keys(const api::Asked<UpdateAlias>& asked, api::ConditionKeys& keys) {
    add_caller_keys(asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<UpdateAlias>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const api::Authority& authority = authorized.authority();
    COFFER_TRY(until_decided([&]() -> Result<bool> {
      COFFER_ASSIGN(const auto from, permit_named<action::UpdateAlias>(authority, request.alias_name, rooms));
      COFFER_ASSIGN(const kms::KeyName to, permit_target<action::UpdateAlias>(authority, request.target_key_id, rooms));
      return rooms.keyring.move_alias(authorized.caller().account, request.alias_name, {from, to});
    }));
    return Response{};
  }
};

}  // namespace

api::Operation update_alias() {
  return api::operation<UpdateAlias>();
}

}  // namespace coffer::kms_service
