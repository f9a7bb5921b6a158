// Tags as requests and answers carry them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "secrets/secret.h"
#include "wire/shape.h"

namespace coffer::secretsmanager {

struct TagEntry {
  std::optional<std::string> key;
  std::optional<std::string> value;
  static constexpr wire::Field kFields[] = {wire::field<&TagEntry::key>("Key", {.min = 1, .max = 128}),
                                            wire::field<&TagEntry::value>("Value", {.min = 0, .max = 256})};
};

// kInvalidParameter for a tag without a key, a key twice, a key that begins with "aws:", more than 50 tags.
Result<void> check_tags(const std::vector<TagEntry>& tags);

std::vector<secrets::Tag> to_tags(const std::vector<TagEntry>& entries);
std::vector<TagEntry> to_entries(const std::vector<secrets::Tag>& tags);

}  // namespace coffer::secretsmanager
