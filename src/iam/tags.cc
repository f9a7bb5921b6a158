#include "iam/tags.h"

#include <algorithm>

#include "iam/entity_edit.h"
#include "iam/quotas.h"

namespace coffer::iam {
namespace {

Error too_many() {
  return Error{ErrorCode::kLimitExceeded, "The number of tags has reached the maximum limit."};
}

// Of managed policies and providers, "Team" and "team" are two keys.
bool ignores_case(EntityKind kind) {
  return kind == EntityKind::kUser || kind == EntityKind::kRole;
}

bool is_same_key(EntityKind kind, std::string_view one, std::string_view other) {
  return one == other || (ignores_case(kind) && small(one) == small(other));
}

// `edit(tags)` of whatever kind the entity is.
template <class Edit>
Result<void> edit_tags(IdentityChange& change, const EntityRef& ref, const Edit& edit) {
  const auto edit_entity = [&](auto& entity) { return edit(entity.tags); };
  switch (ref.kind) {
    case EntityKind::kUser:
      return edit_user(change, ref, edit_entity);
    case EntityKind::kRole:
      return edit_role(change, ref, edit_entity);
    case EntityKind::kPolicy:
      return edit_policy(change, ref, edit_entity);
    case EntityKind::kProvider:
      return edit_provider(change, ref, edit_entity);
    case EntityKind::kGroup:
      break;  // has no tags
  }
  std::abort();
}

}  // namespace

Result<void> check_tags(const std::vector<Tag>& tags) {
  if (tags.size() > kTagsPerEntity) return too_many();
  std::vector<std::string> keys;
  for (const Tag& tag : tags) {
    keys.push_back(small(tag.key));
    if (keys.back().starts_with("aws:")) {
      return Error{ErrorCode::kInvalidInput, "aws: prefixed tag key names are not allowed for external use."};
    }
  }
  std::ranges::sort(keys);
  if (std::ranges::adjacent_find(keys) != keys.end()) {
    return Error{ErrorCode::kInvalidInput, "Duplicate tag keys found. Please note that Tag keys are case insensitive."};
  }
  return {};
}

Result<void> tag_entity(IdentityStore& store, const EntityRef& ref, const std::vector<Tag>& tags) {
  COFFER_TRY(check_tags(tags));
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_tags(change, ref, [&](std::vector<Tag>& known) -> Result<void> {
      for (const Tag& tag : tags) {
        const auto same =
            std::ranges::find_if(known, [&](const Tag& one) { return is_same_key(ref.kind, one.key, tag.key); });
        if (same == known.end()) {
          known.push_back(tag);
        } else {
          *same = tag;
        }
      }
      return known.size() > kTagsPerEntity ? Result<void>(too_many()) : Result<void>();
    });
  });
}

Result<void> untag_entity(IdentityStore& store, const EntityRef& ref, const std::vector<std::string>& keys) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_tags(change, ref, [&](std::vector<Tag>& known) -> Result<void> {
      std::erase_if(known, [&](const Tag& tag) {
        return std::ranges::any_of(keys, [&](const std::string& key) { return is_same_key(ref.kind, tag.key, key); });
      });
      return {};
    });
  });
}

}  // namespace coffer::iam
