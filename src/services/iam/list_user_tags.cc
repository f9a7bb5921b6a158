// The tags of a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserTags.html
#include "services/iam/common_tagging.h"

namespace coffer::iam_service {
namespace {

struct ListUserTags : ListTags<ListUserTags, OfUser> {
  static constexpr std::string_view kName = "ListUserTags";
  static constexpr std::string_view kAction = "iam:ListUserTags";
};

}  // namespace

api::Operation list_user_tags() {
  return api::operation<ListUserTags>();
}

}  // namespace coffer::iam_service
