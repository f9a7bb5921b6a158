// The SSH keys of a user: there are none.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSSHPublicKeys.html
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct ListSSHPublicKeys {
  static constexpr std::string_view kName = "ListSSHPublicKeys";
  static constexpr std::string_view kAction = "iam:ListSSHPublicKeys";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> name;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kUserNameBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct Response {
    std::vector<NoMembers> none;
    bool is_truncated = false;
    static constexpr wire::Field kFields[] = {wire::field<&Response::none>("SSHPublicKeys"),
                                              wire::field<&Response::is_truncated>("IsTruncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_or_caller_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListSSHPublicKeys>& authorized, Rooms&) {
    const std::optional<std::string>& name = authorized.request().name;
    if (name) COFFER_TRY(found_user(authorized.resource(), *name));
    return Response{};
  }
};

}  // namespace

api::Operation list_ssh_public_keys() {
  return api::operation<ListSSHPublicKeys>();
}

}  // namespace coffer::iam_service
