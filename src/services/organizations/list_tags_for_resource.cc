// The tags of the root, a unit, an account or a policy: at most 50, in one page.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTagsForResource.html
#include "organizations/tags.h"
#include "services/organizations/common_pages.h"
#include "services/organizations/common_tags.h"

namespace coffer::organizations_service {
namespace {

struct ListTagsForResource : CardBasics {
  static constexpr std::string_view kName = "ListTagsForResource";
  static constexpr std::string_view kAction = "organizations:ListTagsForResource";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kTargetNotFound, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string resource_id;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Request::resource_id>("ResourceId", kResourceIdBounds),
                                              wire::field<&Request::next_token>("NextToken", kNextTokenBounds)};
  };

  struct Response {
    std::vector<TagEntry> tags;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::tags>("Tags"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return tagged_resource(request.resource_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListTagsForResource>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const Request& request = authorized.request();
    COFFER_TRY(decode_page_token({kName, request.next_token}));
    COFFER_ASSIGN(const auto tags, organizations::tags_of(*snapshot, resource_id(request.resource_id)));
    return Response{to_entries(tags), std::nullopt};
  }
};

}  // namespace

api::Operation list_tags_for_resource() {
  return api::operation<ListTagsForResource>();
}

}  // namespace coffer::organizations_service
