// The managed policies that are attached to a group.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedGroupPolicies.html
#include "services/iam/common_attachments.h"

namespace coffer::iam_service {
namespace {

struct ListAttachedGroupPolicies : ListAttachedPolicies<ListAttachedGroupPolicies, OfGroup> {
  static constexpr std::string_view kName = "ListAttachedGroupPolicies";
  static constexpr std::string_view kAction = "iam:ListAttachedGroupPolicies";
};

}  // namespace

api::Operation list_attached_group_policies() {
  return api::operation<ListAttachedGroupPolicies>();
}

}  // namespace coffer::iam_service
