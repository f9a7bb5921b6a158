// Adds tags to a user, or gives keys that are there new values.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html
#include "services/iam/common_tagging.h"

namespace coffer::iam_service {
namespace {

struct TagUser : Tag<TagUser, OfUser> {
  static constexpr std::string_view kName = "TagUser";
  static constexpr std::string_view kAction = "iam:TagUser";
};

}  // namespace

api::Operation tag_user() {
  return api::operation<TagUser>();
}

}  // namespace coffer::iam_service
