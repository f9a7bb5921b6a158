// Takes tags away from a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html
#include "services/iam/common_tagging.h"

namespace coffer::iam_service {
namespace {

struct UntagRole : Untag<UntagRole, OfRole> {
  static constexpr std::string_view kName = "UntagRole";
  static constexpr std::string_view kAction = "iam:UntagRole";
};

}  // namespace

api::Operation untag_role() {
  return api::operation<UntagRole>();
}

}  // namespace coffer::iam_service
