// Credentials of a user for services that have their own: there are none.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct ListServiceSpecificCredentials {
  static constexpr std::string_view kName = "ListServiceSpecificCredentials";
  static constexpr std::string_view kAction = "iam:ListServiceSpecificCredentials";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> name;
    std::optional<std::string> service;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kUserNameBounds),
                                              wire::field<&Request::service>("ServiceName")};
  };

  struct Response {
    std::vector<NoMembers> none;
    static constexpr wire::Field kFields[] = {wire::field<&Response::none>("ServiceSpecificCredentials")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_or_caller_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListServiceSpecificCredentials>& authorized, Rooms&) {
    const std::optional<std::string>& name = authorized.request().name;
    if (name) COFFER_TRY(found_user(authorized.resource(), *name));
    return Response{};
  }
};

}  // namespace

api::Operation list_service_specific_credentials() {
  return api::operation<ListServiceSpecificCredentials>();
}

}  // namespace coffer::iam_service
