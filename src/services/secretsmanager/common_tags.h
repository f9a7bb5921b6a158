// Tags as requests and answers carry them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "secrets/secret.h"
#include "wire/shape.h"

namespace coffer::secretsmanager {

inline constexpr wire::Constraint kTagKeyBounds{.min = 1, .max = 128};

struct TagEntry {
  std::optional<std::string> key;
  std::optional<std::string> value;
  static constexpr wire::Field kFields[] = {wire::field<&TagEntry::key>("Key", kTagKeyBounds),
                                            wire::field<&TagEntry::value>("Value", {.min = 0, .max = 256})};
};

// kInvalidParameter for a tag without a key, a key twice, a key that begins with "aws:", more than 50 tags.
Result<void> check_tags(const std::vector<TagEntry>& tags);

// Adds the tags to the secret: a key that is there keeps its place and gets the new value. kInvalidParameter beyond 50.
// REQUIRES: check_tags() passed.
Result<void> merge_tags(const std::vector<TagEntry>& entries, secrets::Secret& secret);

std::vector<secrets::Tag> to_tags(const std::vector<TagEntry>& entries);
std::vector<TagEntry> to_entries(const std::vector<secrets::Tag>& tags);

}  // namespace coffer::secretsmanager
