// The signing certificates of a user: there are none.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSigningCertificates.html
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct ListSigningCertificates {
  static constexpr std::string_view kName = "ListSigningCertificates";
  static constexpr std::string_view kAction = "iam:ListSigningCertificates";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> name;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kExistingUserNameBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct Response {
    std::vector<NoMembers> none;
    bool is_truncated = false;
    static constexpr wire::Field kFields[] = {wire::field<&Response::none>("Certificates"),
                                              wire::field<&Response::is_truncated>("IsTruncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_or_caller_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListSigningCertificates>& authorized, Rooms&) {
    const std::optional<std::string>& name = authorized.request().name;
    if (name) COFFER_TRY(found_user(authorized.resource(), *name));
    return Response{};
  }
};

}  // namespace

api::Operation list_signing_certificates() {
  return api::operation<ListSigningCertificates>();
}

}  // namespace coffer::iam_service
