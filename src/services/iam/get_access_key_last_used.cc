// When and for what an access key was last used, and whose it is.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
#include "iam/access_keys.h"
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct GetAccessKeyLastUsed {
  static constexpr std::string_view kName = "GetAccessKeyLastUsed";
  static constexpr std::string_view kAction = "iam:GetAccessKeyLastUsed";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string key;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key>("AccessKeyId", kAccessKeyIdBounds)};
  };

  struct LastUsed {
    std::optional<Time> used;  // absent: never
    std::string service = "N/A";
    std::string region = "N/A";
    static constexpr wire::Field kFields[] = {wire::field<&LastUsed::used>("LastUsedDate"),
                                              wire::field<&LastUsed::service>("ServiceName"),
                                              wire::field<&LastUsed::region>("Region")};
  };
  struct Response {
    std::optional<std::string> user;
    LastUsed last_used;
    static constexpr wire::Field kFields[] = {wire::field<&Response::user>("UserName"),
                                              wire::field<&Response::last_used>("AccessKeyLastUsed")};
  };

  static Result<void> check(const Request&) { return {}; }

  // Keys of other accounts are as unknown as those that do not exist.
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    COFFER_ASSIGN(const auto owner, iam::access_key_owner(rooms.identities.parts().store, request.key));
    if (!owner || owner->account != caller.account) return api::Resource{"*", caller.account};
    if (owner->user_id.empty()) return api::Resource{"arn:aws:iam::" + caller.account.text() + ":root", caller.account};
    COFFER_ASSIGN(const auto snapshot, rooms.identities.snapshot(caller.account));
    const iam::Identity* const user = snapshot->by_unique_id(owner->user_id);
    if (user == nullptr) return api::Resource{"*", caller.account};
    return user_resource(user->name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<GetAccessKeyLastUsed>& authorized, Rooms& rooms) {
    const std::string& key = authorized.request().key;
    const api::Resource& resource = authorized.resource();
    if (resource.name == "*") return iam::no_such_access_key(key);
    Response response;
    if (resource.found != nullptr) response.user = found<iam::User>(resource)->entity->name;
    COFFER_ASSIGN(auto use, rooms.key_uses.last_use(key));
    if (use) response.last_used = {use->used, std::move(use->service), std::move(use->region)};
    return response;
  }
};

}  // namespace

api::Operation get_access_key_last_used() {
  return api::operation<GetAccessKeyLastUsed>();
}

}  // namespace coffer::iam_service
