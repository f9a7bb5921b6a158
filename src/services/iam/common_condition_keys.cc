#include "services/iam/common_condition_keys.h"

namespace coffer::iam_service {

void add_tag_keys(const std::vector<TagEntry>& tags, api::ConditionKeys& keys) {
  if (tags.empty()) return;
  std::vector<std::string_view> names;
  for (const TagEntry& tag : tags) {
    keys.add_tag("aws:RequestTag/", tag.key, tag.value);
    names.push_back(tag.key);
  }
  keys.add_list("aws:TagKeys", std::move(names));
}

void add_tag_keys(const std::vector<std::string>& tag_keys, api::ConditionKeys& keys) {
  if (!tag_keys.empty()) keys.add_list("aws:TagKeys", {tag_keys.begin(), tag_keys.end()});
}

void add_boundary_key(std::string_view boundary, api::ConditionKeys& keys) {
  if (!boundary.empty()) keys.add("iam:PermissionsBoundary", boundary);
}

}  // namespace coffer::iam_service
