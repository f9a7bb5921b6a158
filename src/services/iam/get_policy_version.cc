// A version of a managed policy, with its text.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html
#include "iam/policies.h"
#include "services/iam/common_entries.h"

namespace coffer::iam_service {
namespace {

struct GetPolicyVersion {
  static constexpr std::string_view kName = "GetPolicyVersion";
  static constexpr std::string_view kAction = "iam:GetPolicyVersion";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string arn;
    std::string version;
    static constexpr wire::Field kFields[] = {wire::field<&Request::arn>("PolicyArn", kArnBounds),
                                              wire::field<&Request::version>("VersionId", kVersionIdBounds)};
  };

  struct Response {
    PolicyVersionEntry version;
    static constexpr wire::Field kFields[] = {wire::field<&Response::version>("PolicyVersion")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return policy_resource(request.arn, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<GetPolicyVersion>& authorized, Rooms&) {
    const auto& [arn, id] = authorized.request();
    COFFER_ASSIGN(const auto* const policy, found_policy(authorized.resource(), arn));
    const iam::PolicyVersion* const version = policy->entity->version(iam::parse_version_id(id).value_or(0));
    if (version == nullptr) return iam::no_such_version(arn, id);
    Response response{version_entry(*version, policy->entity->default_version)};
    response.version.document = encoded_policy(version->text);
    return response;
  }
};

}  // namespace

api::Operation get_policy_version() {
  return api::operation<GetPolicyVersion>();
}

}  // namespace coffer::iam_service
