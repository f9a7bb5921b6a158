#include "services/organizations/common_tags.h"

namespace coffer::organizations_service {

organizations::ResourceId resource_id(std::string_view text) {
  if (auto policy = PolicyId::parse(text)) return std::move(*policy);
  return *NodeId::parse(text);
}

void add_tag_keys(const std::vector<TagEntry>& tags, api::ConditionKeys& keys) {
  std::vector<std::string_view> names;
  for (const TagEntry& tag : tags) {
    keys.add_tag("aws:RequestTag/", tag.key, tag.value);
    names.push_back(tag.key);
  }
  keys.add_list("aws:TagKeys", std::move(names));
}

void add_tag_keys(const std::optional<std::vector<TagEntry>>& tags, api::ConditionKeys& keys) {
  if (tags) add_tag_keys(*tags, keys);
}

void add_tag_keys(const std::vector<std::string>& tag_keys, api::ConditionKeys& keys) {
  keys.add_list("aws:TagKeys", {tag_keys.begin(), tag_keys.end()});
}

}  // namespace coffer::organizations_service
