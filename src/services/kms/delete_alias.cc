// Takes a name from a key. The caller needs the permission on the name and on the key.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html
#include "services/kms/common.h"
#include "services/kms/common_aliases.h"

namespace coffer::kms_service {
namespace {

struct DeleteAlias {
  static constexpr std::string_view kName = "DeleteAlias";
  static constexpr std::string_view kAction = "kms:DeleteAlias";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kKmsInvalidState};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string alias_name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::alias_name>("AliasName", kAliasBounds)};
  };

  using Response = NoMembers;

  static Result<void> check(const Request& request) { return kms::check_customer_alias(request.alias_name); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return alias_resource(request.alias_name, caller, rooms);
  }

  static Result<void> keys(const api::Asked<DeleteAlias>& asked, api::ConditionKeys& keys) {
    add_caller_keys(asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<DeleteAlias>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    COFFER_TRY(until_decided([&]() -> Result<bool> {
      COFFER_ASSIGN(const auto from,
                    permit_named<action::DeleteAlias>(authorized.authority(), request.alias_name, rooms));
      return rooms.keyring.delete_alias(account, request.alias_name, from);
    }));
    return Response{};
  }
};

}  // namespace

api::Operation delete_alias() {
  return api::operation<DeleteAlias>();
}

}  // namespace coffer::kms_service
