// Takes tags off the root, a unit, an account or a policy. Keys that are not there do no harm.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_UntagResource.html
#include "organizations/tags.h"
#include "services/organizations/common_tags.h"

namespace coffer::organizations_service {
namespace {

struct UntagResource : CardBasics {
  static constexpr std::string_view kName = "UntagResource";
  static constexpr std::string_view kAction = "organizations:UntagResource";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {
      ErrorCode::kAccessDenied,        ErrorCode::kConcurrentModification, ErrorCode::kAwsOrganizationsNotInUse,
      ErrorCode::kTargetNotFound,      ErrorCode::kConstraintViolation,    ErrorCode::kInvalidInput,
      ErrorCode::kInternalServiceError};

  struct Request {
    std::string resource_id;
    std::vector<std::string> tag_keys;
    static constexpr wire::Field kFields[] = {wire::field<&Request::resource_id>("ResourceId", kResourceIdBounds),
                                              wire::field<&Request::tag_keys>("TagKeys", kTagKeysBounds)};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return tagged_resource(request.resource_id, caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_tag_keys(request.tag_keys, keys);
  }

  static Result<Response> handle(const api::Authorized<UntagResource>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto id, managed_id(authorized));
    const organizations::ResourceRef ref{id, resource_id(authorized.request().resource_id)};
    COFFER_TRY(organizations::untag_resource(rooms.organizations, ref, authorized.request().tag_keys));
    return Response{};
  }
};

}  // namespace

api::Operation untag_resource() {
  return api::operation<UntagResource>();
}

}  // namespace coffer::organizations_service
