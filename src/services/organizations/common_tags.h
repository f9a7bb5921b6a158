// Tags in requests: their condition keys, and the permission that what creates something with tags needs as well.
#pragma once

#include <string>
#include <vector>

#include "organizations/tags.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"

namespace coffer::organizations_service {

// REQUIRES: it keeps the bounds of its member.
organizations::ResourceId resource_id(std::string_view text);

// aws:RequestTag/key, aws:TagKeys.
void add_tag_keys(const std::vector<TagEntry>& tags, api::ConditionKeys& keys);
void add_tag_keys(const std::optional<std::vector<TagEntry>>& tags, api::ConditionKeys& keys);
void add_tag_keys(const std::vector<std::string>& tag_keys, api::ConditionKeys& keys);

namespace action {
struct TagResource {
  static constexpr std::string_view kName = "TagResource";
  static constexpr std::string_view kAction = "organizations:TagResource";
};
}  // namespace action

// Of the resource that the request is about.
template <class Card>
Result<void> permit_tags(const api::Authorized<Card>& authorized) {
  const auto& tags = authorized.request().tags;
  if (!tags || tags->empty()) return {};
  COFFER_TRY(api::Pipeline::permit<action::TagResource>(authorized.authority(), authorized.resource(),
                                                        [&](api::ConditionKeys& keys) { add_tag_keys(tags, keys); }));
  return {};
}

}  // namespace coffer::organizations_service
