#include "services/iam/common_attachments.h"

namespace coffer::iam_service {

std::vector<AttachedPolicyEntry> attached_entries(const iam::IdentitySnapshot& snapshot,
                                                  const iam::PolicyHolder& holder, std::string_view path_prefix) {
  std::vector<AttachedPolicyEntry> entries;
  for (const std::string& arn : holder.attached_policies) {
    const iam::ManagedPolicy* const policy = iam::find_policy(snapshot, arn);
    if (policy != nullptr && policy->path.starts_with(path_prefix)) entries.push_back({policy->name, arn});
  }
  return entries;
}

}  // namespace coffer::iam_service
