// Adds tags to a managed policy, or gives keys that are there new values; their case counts.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagPolicy.html
#include "services/iam/common_tagging.h"

namespace coffer::iam_service {
namespace {

struct TagPolicy : Tag<TagPolicy, OfPolicy> {
  static constexpr std::string_view kName = "TagPolicy";
  static constexpr std::string_view kAction = "iam:TagPolicy";
};

}  // namespace

api::Operation tag_policy() {
  return api::operation<TagPolicy>();
}

}  // namespace coffer::iam_service
