// The tags of a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html
#include "services/iam/common_tagging.h"

namespace coffer::iam_service {
namespace {

struct ListRoleTags : ListTags<ListRoleTags, OfRole> {
  static constexpr std::string_view kName = "ListRoleTags";
  static constexpr std::string_view kAction = "iam:ListRoleTags";
};

}  // namespace

api::Operation list_role_tags() {
  return api::operation<ListRoleTags>();
}

}  // namespace coffer::iam_service
