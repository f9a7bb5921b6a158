// Replaces the trust policy of a role: who may assume it. Sessions that exist go on.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
#include "iam/roles.h"
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct UpdateAssumeRolePolicy {
  static constexpr std::string_view kName = "UpdateAssumeRolePolicy";
  static constexpr std::string_view kAction = "iam:UpdateAssumeRolePolicy";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kMalformedPolicyDocument,
                                          ErrorCode::kLimitExceeded, ErrorCode::kUnmodifiableEntity,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::string document;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("RoleName", kRoleNameBounds),
                                              wire::field<&Request::document>("PolicyDocument", kPolicyTextBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return role_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<UpdateAssumeRolePolicy>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const EntityRef role = target<iam::Role>(authorized, request.name);
    COFFER_TRY(iam::update_trust_policy(rooms.identities, role, request.document));
    return Response{};
  }
};

}  // namespace

api::Operation update_assume_role_policy() {
  return api::operation<UpdateAssumeRolePolicy>();
}

}  // namespace coffer::iam_service
