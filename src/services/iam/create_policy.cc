// Makes a managed policy with one version. Tags need iam:TagPolicy as well.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
#include "iam/policies.h"
#include "iam/tags.h"
#include "services/iam/common_condition_keys.h"
#include "services/iam/common_entries.h"

namespace coffer::iam_service {
namespace {

struct CreatePolicy {
  static constexpr std::string_view kName = "CreatePolicy";
  static constexpr std::string_view kAction = "iam:CreatePolicy";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidInput,           ErrorCode::kLimitExceeded,
                                          ErrorCode::kEntityAlreadyExists,    ErrorCode::kMalformedPolicyDocument,
                                          ErrorCode::kConcurrentModification, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::optional<std::string> path;
    std::string document;
    std::optional<std::string> description;
    std::optional<std::vector<TagEntry>> tags;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::name>("PolicyName", kPolicyNameBounds),
        wire::field<&Request::path>("Path", kPolicyPathBounds),
        wire::field<&Request::document>("PolicyDocument", kPolicyTextBounds),
        wire::field<&Request::description>("Description", kPolicyDescriptionBounds),
        wire::field<&Request::tags>("Tags", kTagsBounds)};
  };

  struct Response {
    PolicyEntry policy;
    static constexpr wire::Field kFields[] = {wire::field<&Response::policy>("Policy")};
  };

  static Result<void> check(const Request& request) { return iam::check_tags(to_tags(request.tags)); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms&) {
    return new_resource<iam::ManagedPolicy>(caller.account, {request.path, request.name});
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_tag_keys(request.tags, keys);
  }

  static Result<Response> handle(const api::Authorized<CreatePolicy>& authorized, Rooms& rooms) {
    COFFER_TRY(permit_tags<action::TagPolicy>(authorized));
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    COFFER_ASSIGN(const iam::ManagedPolicy policy, iam::create_policy(rooms.identities, account,
                                                                      {.name = request.name,
                                                                       .path = request.path.value_or("/"),
                                                                       .description = request.description.value_or(""),
                                                                       .text = request.document,
                                                                       .tags = to_tags(request.tags)}));
    COFFER_ASSIGN(const auto snapshot, rooms.identities.snapshot(account));
    return Response{policy_entry(*snapshot, policy, Shown::kAlone)};
  }
};

}  // namespace

api::Operation create_policy() {
  return api::operation<CreatePolicy>();
}

}  // namespace coffer::iam_service
