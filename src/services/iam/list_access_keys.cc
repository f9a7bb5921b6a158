// The access keys of a user, or of who asks, without their secrets.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
#include "services/iam/common.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {
namespace {

struct ListAccessKeys {
  static constexpr std::string_view kName = "ListAccessKeys";
  static constexpr std::string_view kAction = "iam:ListAccessKeys";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> name;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kExistingUserNameBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct Entry {
    std::optional<std::string> user;  // not of root's
    AccessKeyId id;
    std::string status;
    Time created;
    static constexpr wire::Field kFields[] = {
        wire::field<&Entry::user>("UserName"), wire::field<&Entry::id>("AccessKeyId"),
        wire::field<&Entry::status>("Status"), wire::field<&Entry::created>("CreateDate")};
  };
  struct Response {
    std::vector<Entry> keys;
    bool is_truncated = false;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {wire::field<&Response::keys>("AccessKeyMetadata"),
                                              wire::field<&Response::is_truncated>("IsTruncated"),
                                              wire::field<&Response::marker>("Marker")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_or_caller_resource(request.name, caller, rooms);
  }

  static Result<std::vector<Entry>> of_root(const AccountId& id, const Rooms& rooms) {
    COFFER_ASSIGN(const auto account, rooms.accounts.describe(id));
    std::vector<Entry> keys;
    if (account) keys.push_back({{}, account->root_access_key, "Active", account->created});
    return keys;
  }

  static Result<std::vector<Entry>> of_user(const iam::User& user) {
    std::vector<Entry> keys;
    for (const iam::AccessKey& key : user.access_keys) {
      const bool is_active = key.status == iam::AccessKeyStatus::kActive;
      keys.push_back({user.name, key.id, is_active ? "Active" : "Inactive", key.created});
    }
    return keys;
  }

  static Result<Response> handle(const api::Authorized<ListAccessKeys>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const auth::Caller& caller = authorized.caller();
    Response response;
    if (!request.name && caller.kind == auth::PrincipalKind::kRoot) {
      COFFER_ASSIGN(response.keys, of_root(caller.account, rooms));
    } else {
      COFFER_ASSIGN(const auto* const user, found_user(authorized.resource(), request.name.value_or("")));
      COFFER_ASSIGN(response.keys, of_user(*user->entity));
    }
    COFFER_ASSIGN(response.marker, cut_page(response.keys, {request.marker, request.max_items},
                                            [](const Entry& entry) { return entry.id.text(); }));
    response.is_truncated = response.marker.has_value();
    return response;
  }
};

}  // namespace

api::Operation list_access_keys() {
  return api::operation<ListAccessKeys>();
}

}  // namespace coffer::iam_service
