// Identifiers as distinct types, so that arguments cannot be swapped. A value of one of these has been validated,
// except where a comment says otherwise: parse() is the only way in.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace coffer {

template <class Tag>
class Id {
 public:
  Id() = default;
  // nullopt when `text` does not satisfy the tag's rule.
  static std::optional<Id> parse(std::string_view text) {
    if (!Tag::is_valid(text)) return std::nullopt;
    return Id(std::string(text));
  }
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Id&) const = default;
  bool operator==(const Id&) const = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct AccountIdTag {
  static bool is_valid(std::string_view text);  // exactly 12 digits
};
struct RegionTag {
  static bool is_valid(std::string_view text);  // ^([a-z]+-)+\d+$, at most 128 characters
};
struct AccessKeyIdTag {
  static bool is_valid(std::string_view text);  // 16 to 128 of [A-Z0-9]
};
struct VersionIdTag {
  static bool is_valid(std::string_view text);  // 32 to 64 characters, no control characters or slashes
};

using AccountId = Id<AccountIdTag>;
using Region = Id<RegionTag>;
using AccessKeyId = Id<AccessKeyIdTag>;
using VersionId = Id<VersionIdTag>;

}  // namespace coffer

template <class Tag>
struct std::hash<coffer::Id<Tag>> {
  size_t operator()(const coffer::Id<Tag>& id) const { return std::hash<std::string>()(id.text()); }
};
