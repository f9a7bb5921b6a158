// The managed policies that are attached to a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html
#include "services/iam/common_attachments.h"

namespace coffer::iam_service {
namespace {

struct ListAttachedUserPolicies : ListAttachedPolicies<ListAttachedUserPolicies, OfUser> {
  static constexpr std::string_view kName = "ListAttachedUserPolicies";
  static constexpr std::string_view kAction = "iam:ListAttachedUserPolicies";
};

}  // namespace

api::Operation list_attached_user_policies() {
  return api::operation<ListAttachedUserPolicies>();
}

}  // namespace coffer::iam_service
