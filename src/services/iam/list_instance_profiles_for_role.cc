// The instance profiles of a role: there are none.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct ListInstanceProfilesForRole {
  static constexpr std::string_view kName = "ListInstanceProfilesForRole";
  static constexpr std::string_view kAction = "iam:ListInstanceProfilesForRole";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("RoleName", kRoleNameBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct Response {
    std::vector<NoMembers> none;
    bool is_truncated = false;
    static constexpr wire::Field kFields[] = {wire::field<&Response::none>("InstanceProfiles"),
                                              wire::field<&Response::is_truncated>("IsTruncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return role_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListInstanceProfilesForRole>& authorized, Rooms&) {
    COFFER_TRY(found_role(authorized.resource(), authorized.request().name));
    return Response{};
  }
};

}  // namespace

api::Operation list_instance_profiles_for_role() {
  return api::operation<ListInstanceProfilesForRole>();
}

}  // namespace coffer::iam_service
