// Gives a managed policy a further version, and puts it in force if that is asked for.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
#include "iam/policies.h"
#include "services/iam/common_entries.h"

namespace coffer::iam_service {
namespace {

struct CreatePolicyVersion {
  static constexpr std::string_view kName = "CreatePolicyVersion";
  static constexpr std::string_view kAction = "iam:CreatePolicyVersion";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kMalformedPolicyDocument,
                                          ErrorCode::kInvalidInput, ErrorCode::kLimitExceeded,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string arn;
    std::string document;
    std::optional<bool> set_as_default;
    static constexpr wire::Field kFields[] = {wire::field<&Request::arn>("PolicyArn", kArnBounds),
                                              wire::field<&Request::document>("PolicyDocument", kPolicyTextBounds),
                                              wire::field<&Request::set_as_default>("SetAsDefault")};
  };

  struct Response {
    PolicyVersionEntry version;
    static constexpr wire::Field kFields[] = {wire::field<&Response::version>("PolicyVersion")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return policy_resource(request.arn, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<CreatePolicyVersion>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const EntityRef policy = target<iam::ManagedPolicy>(authorized, request.arn);
    const bool is_default = request.set_as_default.value_or(false);
    const auto use = is_default ? iam::VersionUse::kDefault : iam::VersionUse::kKept;
    COFFER_ASSIGN(const iam::MadeVersion made,
                  iam::create_policy_version(rooms.identities, policy, {request.document, use}));
    return Response{version_entry(made.version, is_default ? made.version.number : 0)};
  }
};

}  // namespace

api::Operation create_policy_version() {
  return api::operation<CreatePolicyVersion>();
}

}  // namespace coffer::iam_service
