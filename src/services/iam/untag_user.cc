// Takes tags away from a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagUser.html
#include "services/iam/common_tagging.h"

namespace coffer::iam_service {
namespace {

struct UntagUser : Untag<UntagUser, OfUser> {
  static constexpr std::string_view kName = "UntagUser";
  static constexpr std::string_view kAction = "iam:UntagUser";
};

}  // namespace

api::Operation untag_user() {
  return api::operation<UntagUser>();
}

}  // namespace coffer::iam_service
