// How much there is of everything in the account, and how much there may be.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct GetAccountSummary {
  static constexpr std::string_view kName = "GetAccountSummary";
  static constexpr std::string_view kAction = "iam:GetAccountSummary";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  using Request = NoMembers;

  struct Response {
    wire::Map<int64_t> summary;
    static constexpr wire::Field kFields[] = {wire::field<&Response::summary>("SummaryMap")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return account_resource(caller);
  }

  static Result<Response> handle(const api::Authorized<GetAccountSummary>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto snapshot, rooms.identities.snapshot(authorized.caller().account));
    return Response{iam::account_summary(*snapshot)};
  }
};

}  // namespace

api::Operation get_account_summary() {
  return api::operation<GetAccountSummary>();
}

}  // namespace coffer::iam_service
