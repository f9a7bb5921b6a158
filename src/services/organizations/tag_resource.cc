// Adds tags to the root, a unit, an account or a policy, or gives keys that are there new values; a key keeps its
// place. https://docs.aws.amazon.com/organizations/latest/APIReference/API_TagResource.html
#include "organizations/tags.h"
#include "services/organizations/common_tags.h"

namespace coffer::organizations_service {
namespace {

struct TagResource : CardBasics {
  static constexpr std::string_view kName = "TagResource";
  static constexpr std::string_view kAction = "organizations:TagResource";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {
      ErrorCode::kAccessDenied,        ErrorCode::kConcurrentModification, ErrorCode::kAwsOrganizationsNotInUse,
      ErrorCode::kTargetNotFound,      ErrorCode::kConstraintViolation,    ErrorCode::kInvalidInput,
      ErrorCode::kInternalServiceError};

  struct Request {
    std::string resource_id;
    std::vector<TagEntry> tags;
    static constexpr wire::Field kFields[] = {wire::field<&Request::resource_id>("ResourceId", kResourceIdBounds),
                                              wire::field<&Request::tags>("Tags")};
  };

  using Response = NoMembers;

  static Result<void> check(const Request& request) { return organizations::check_tags(to_tags(request.tags)); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return tagged_resource(request.resource_id, caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_tag_keys(request.tags, keys);
  }

  static Result<Response> handle(const api::Authorized<TagResource>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto id, managed_id(authorized));
    const organizations::ResourceRef ref{id, resource_id(authorized.request().resource_id)};
    COFFER_TRY(organizations::tag_resource(rooms.organizations, ref, to_tags(authorized.request().tags)));
    return Response{};
  }
};

}  // namespace

api::Operation tag_resource() {
  return api::operation<TagResource>();
}

}  // namespace coffer::organizations_service
