// Deletes a version of a managed policy that is not in force.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html
#include "iam/policies.h"
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct DeletePolicyVersion {
  static constexpr std::string_view kName = "DeletePolicyVersion";
  static constexpr std::string_view kAction = "iam:DeletePolicyVersion";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded, ErrorCode::kInvalidInput,
                                          ErrorCode::kDeleteConflict, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string arn;
    std::string version;
    static constexpr wire::Field kFields[] = {wire::field<&Request::arn>("PolicyArn", kArnBounds),
                                              wire::field<&Request::version>("VersionId", kVersionIdBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return policy_resource(request.arn, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DeletePolicyVersion>& authorized, Rooms& rooms) {
    const auto& [arn, version] = authorized.request();
    const EntityRef policy = target<iam::ManagedPolicy>(authorized, arn);
    COFFER_TRY(iam::delete_policy_version(rooms.identities, policy, version));
    return Response{};
  }
};

}  // namespace

api::Operation delete_policy_version() {
  return api::operation<DeletePolicyVersion>();
}

}  // namespace coffer::iam_service
