#include "organizations/tags.h"

#include <algorithm>

#include "organizations/aws_policies.h"
#include "organizations/quotas.h"
#include "organizations/refusals.h"

namespace coffer::organizations {
namespace {

constexpr std::string_view kReserved = "aws:";

Result<void> refuse_too_many(const std::vector<Tag>& tags) {
  if (tags.size() <= kTagsPerResource) return {};
  return constraint_violation("You have exceeded the number of tags allowed on this resource.");
}

bool is_reserved(std::string_view key) {
  return std::ranges::equal(key.substr(0, kReserved.size()), kReserved, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
}

const Node* find(const OrganizationSnapshot& snapshot, const NodeId& id) {
  return snapshot.node(id);
}
const Policy* find(const OrganizationSnapshot& snapshot, const PolicyId& id) {
  return is_aws_managed(id) ? nullptr : snapshot.policy(id);
}

template <class Edit>
Result<void> edit_tags(OrganizationStore& store, const ResourceRef& ref, const Edit& edit) {
  return store.change(ref.organization, [&](OrganizationChange& change) {
    return std::visit(
        [&](const auto& id) -> Result<void> {
          const auto* const found = find(change.now(), id);
          if (found == nullptr) return target_not_found();
          auto edited = *found;
          COFFER_TRY(edit(edited.tags));
          if (edited.tags != found->tags) change.put(edited);
          return {};
        },
        ref.id);
  });
}

}  // namespace

Result<void> check_tags(const std::vector<Tag>& tags) {
  COFFER_TRY(refuse_too_many(tags));
  for (auto tag = tags.begin(); tag != tags.end(); ++tag) {
    if (is_reserved(tag->key)) {
      return invalid_input("You specified a tag key that is a system tag. System tag keys are reserved for AWS use.");
    }
    if (std::ranges::find(tags.begin(), tag, tag->key, &Tag::key) != tag) {
      return invalid_input("Tag keys must be unique among the tags attached to the same entity.");
    }
  }
  return {};
}

Result<std::vector<Tag>> tags_of(const OrganizationSnapshot& snapshot, const ResourceId& id) {
  return std::visit(
      [&](const auto& one) -> Result<std::vector<Tag>> {
        const auto* const found = find(snapshot, one);
        if (found == nullptr) return target_not_found();
        return found->tags;
      },
      id);
}

Result<void> tag_resource(OrganizationStore& store, const ResourceRef& ref, const std::vector<Tag>& tags) {
  COFFER_TRY(check_tags(tags));
  return edit_tags(store, ref, [&](std::vector<Tag>& known) -> Result<void> {
    for (const Tag& tag : tags) {
      const auto same = std::ranges::find(known, tag.key, &Tag::key);
      if (same == known.end()) {
        known.push_back(tag);
      } else {
        same->value = tag.value;
      }
    }
    return refuse_too_many(known);
  });
}

Result<void> untag_resource(OrganizationStore& store, const ResourceRef& ref, const std::vector<std::string>& keys) {
  return edit_tags(store, ref, [&](std::vector<Tag>& known) -> Result<void> {
    std::erase_if(known, [&](const Tag& tag) { return std::ranges::find(keys, tag.key) != keys.end(); });
    return {};
  });
}

}  // namespace coffer::organizations
