#include "services/secretsmanager/common_tags.h"

#include <algorithm>

namespace coffer::secretsmanager {
namespace {

constexpr size_t kMaxTags = 50;
constexpr std::string_view kReserved = "aws:";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_reserved(std::string_view key) {
  return key.size() >= kReserved.size() && std::ranges::equal(key.substr(0, kReserved.size()), kReserved, {}, lower);
}

Error invalid(std::string message) {
  return Error{ErrorCode::kInvalidParameter, std::move(message)};
}

Error too_many() {
  return invalid("A secret can't have more than 50 tags.");
}

}  // namespace

Result<void> check_tags(const std::vector<TagEntry>& tags) {
  if (tags.size() > kMaxTags) return too_many();
  for (auto tag = tags.begin(); tag != tags.end(); ++tag) {
    if (!tag->key) return invalid("You must provide a Key for each tag.");
    if (is_reserved(*tag->key)) {
      return invalid("The tag key " + *tag->key + " can't be used: keys that begin with aws: are reserved.");
    }
    if (std::ranges::find(tags.begin(), tag, tag->key, &TagEntry::key) != tag) {
      return invalid("The tag key " + *tag->key + " is given more than once.");
    }
  }
  return {};
}

Result<void> merge_tags(const std::vector<TagEntry>& entries, secrets::Secret& secret) {
  for (secrets::Tag& tag : to_tags(entries)) {
    const auto known = std::ranges::find(secret.tags, tag.key, &secrets::Tag::key);
    if (known == secret.tags.end()) {
      secret.tags.push_back(std::move(tag));
    } else {
      known->value = std::move(tag.value);
    }
  }
  if (secret.tags.size() > kMaxTags) return too_many();
  secret.tagged = secret.tagged || !secret.tags.empty();
  return {};
}

std::vector<secrets::Tag> to_tags(const std::vector<TagEntry>& entries) {
  std::vector<secrets::Tag> tags;
  tags.reserve(entries.size());
  for (const TagEntry& entry : entries)
    tags.push_back({entry.key.value_or(""), entry.value.value_or("")});
  return tags;
}

std::vector<TagEntry> to_entries(const std::vector<secrets::Tag>& tags) {
  std::vector<TagEntry> entries;
  entries.reserve(tags.size());
  for (const secrets::Tag& tag : tags)
    entries.push_back({tag.key, tag.value});
  return entries;
}

}  // namespace coffer::secretsmanager
