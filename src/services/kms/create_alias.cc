// Gives a key of the account a name. The caller needs the permission on the name and on the key.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
#include "services/kms/common.h"
#include "services/kms/common_aliases.h"

namespace coffer::kms_service {
namespace {

struct CreateAlias {
  static constexpr std::string_view kName = "CreateAlias";
  static constexpr std::string_view kAction = "kms:CreateAlias";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAlreadyExists, ErrorCode::kNotFoundOnWire,
                                          ErrorCode::kInvalidAliasName, ErrorCode::kLimitExceeded,
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

  static Result<void> keys(const api::Asked<CreateAlias>& asked, api::ConditionKeys& keys) {
    add_caller_keys(asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<CreateAlias>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const kms::KeyName key,
                  permit_target<action::CreateAlias>(authorized.authority(), request.target_key_id, rooms));
    COFFER_TRY(
        rooms.keyring.put_alias(authorized.caller().account, request.alias_name, key, kms::AliasChange::kCreate));
    return Response{};
  }
};

}  // namespace

api::Operation create_alias() {
  return api::operation<CreateAlias>();
}

}  // namespace coffer::kms_service
