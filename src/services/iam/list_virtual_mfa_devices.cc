// The virtual MFA devices of the account: there are none. Terraform asks before it deletes a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct ListVirtualMFADevices {
  static constexpr std::string_view kName = "ListVirtualMFADevices";
  static constexpr std::string_view kAction = "iam:ListVirtualMFADevices";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr std::array<ErrorCode, 0> kErrors{};
  static constexpr std::string_view kStatuses[] = {"Assigned", "Unassigned", "Any"};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> status;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::status>("AssignmentStatus", {.values = kStatuses}),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct Response {
    std::vector<NoMembers> none;
    bool is_truncated = false;
    static constexpr wire::Field kFields[] = {wire::field<&Response::none>("VirtualMFADevices"),
                                              wire::field<&Response::is_truncated>("IsTruncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return account_resource(caller);
  }

  static Result<Response> handle(const api::Authorized<ListVirtualMFADevices>&, Rooms&) { return Response{}; }
};

}  // namespace

api::Operation list_virtual_mfa_devices() {
  return api::operation<ListVirtualMFADevices>();
}

}  // namespace coffer::iam_service
