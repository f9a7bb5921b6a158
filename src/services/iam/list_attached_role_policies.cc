// The managed policies that are attached to a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html
#include "services/iam/common_attachments.h"

namespace coffer::iam_service {
namespace {

struct ListAttachedRolePolicies : ListAttachedPolicies<ListAttachedRolePolicies, OfRole> {
  static constexpr std::string_view kName = "ListAttachedRolePolicies";
  static constexpr std::string_view kAction = "iam:ListAttachedRolePolicies";
};

}  // namespace

api::Operation list_attached_role_policies() {
  return api::operation<ListAttachedRolePolicies>();
}

}  // namespace coffer::iam_service
