// Adds tags to a role, or gives keys that are there new values.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html
#include "services/iam/common_tagging.h"

namespace coffer::iam_service {
namespace {

struct TagRole : Tag<TagRole, OfRole> {
  static constexpr std::string_view kName = "TagRole";
  static constexpr std::string_view kAction = "iam:TagRole";
};

}  // namespace

api::Operation tag_role() {
  return api::operation<TagRole>();
}

}  // namespace coffer::iam_service
