// The versions of a managed policy, the newest first, without their texts.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html
#include "services/iam/common_entries.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {
namespace {

struct ListPolicyVersions {
  static constexpr std::string_view kName = "ListPolicyVersions";
  static constexpr std::string_view kAction = "iam:ListPolicyVersions";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string arn;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::arn>("PolicyArn", kArnBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct Response {
    std::vector<PolicyVersionEntry> versions;
    bool is_truncated = false;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {wire::field<&Response::versions>("Versions"),
                                              wire::field<&Response::is_truncated>("IsTruncated"),
                                              wire::field<&Response::marker>("Marker")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return policy_resource(request.arn, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListPolicyVersions>& authorized, Rooms&) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const auto* const policy, found_policy(authorized.resource(), request.arn));
    // Numbers have a place in the list that is the later the older they are.
    std::vector<const iam::PolicyVersion*> versions;
    for (const iam::PolicyVersion& version : policy->entity->versions)
      versions.push_back(&version);
    Response response;
    COFFER_ASSIGN(response.marker,
                  cut_page(versions, {request.marker, request.max_items}, [](const iam::PolicyVersion* version) {
                    return std::to_string(std::numeric_limits<uint32_t>::max() - version->number);
                  }));
    for (const iam::PolicyVersion* const version : versions)
      response.versions.push_back(version_entry(*version, policy->entity->default_version));
    response.is_truncated = response.marker.has_value();
    return response;
  }
};

}  // namespace

api::Operation list_policy_versions() {
  return api::operation<ListPolicyVersions>();
}

}  // namespace coffer::iam_service
