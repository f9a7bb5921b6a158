// The wildcards of policies: '*' is any run of characters, also none, '?' exactly one. Matching never recurses and
// never goes back behind a '*' that was passed: a pattern without '?' costs its length and the text's, one with '?' no
// more than their product. Pure. Follows "IAM JSON policy elements: Resource" and "... Action" (IAM user guide).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::policy {

// A text with wildcards, put together of pieces, because a value that takes the place of a policy variable may hold
// '*' and '?' that are no wildcards.
class Wildcards {
 public:
  Wildcards() = default;
  explicit Wildcards(std::string_view pattern) { append_pattern(pattern); }
  void append_pattern(std::string_view text);
  void append_literal(std::string_view text);
  // Case-sensitive. A character is a UTF-8 sequence.
  bool matches(std::string_view text) const;

 private:
  // UTF-8 with two bytes that never occur in it in the place of the wildcards.
  std::string code_;
  size_t literal_size_ = 0;   // bytes that every match has at least
  bool unmatchable_ = false;  // a literal holds one of those two bytes: no UTF-8, and no text is like it
};

// "*", or "service:Name" with wildcards in the name. Case counts in neither part.
class ActionPattern {
 public:
  // nullopt unless the service is letters, digits and hyphens, and the name letters, digits and wildcards.
  static std::optional<ActionPattern> parse(std::string_view text);
  // `action`: "secretsmanager:GetSecretValue".
  bool matches(std::string_view action) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::string service_;  // small letters; empty: every action of every service
  Wildcards name_;       // small letters
};

// "*", or an ARN with wildcards, compared field by field: a '*' never reaches across the first five colons, while the
// sixth field is one text. Fields that are missing at the end count as '*' ("Incomplete ARN").
// Policy variables are ordinary text here.
class ArnPattern {
 public:
  // nullopt unless it is "*" or begins with "arn:" and has a partition (with wildcards, or of AWS's form) and, if there
  // is a service, one that is not empty and has no wildcard.
  static std::optional<ArnPattern> parse(std::string_view text);
  // `arn`: six fields; anything else is matched by "*" only.
  bool matches(std::string_view arn) const;
  bool matches_everything() const { return everything_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool everything_ = false;
  std::array<Wildcards, 5> fields_;  // behind "arn"
};

// The fields behind "arn:" of a pattern that is one; nullopt: not there, and like "*".
using ArnPatternFields = std::array<std::optional<std::string_view>, 5>;
ArnPatternFields split_arn_pattern(std::string_view text);

// The six fields of a text that has five colons, whatever is in them; the sixth may have more.
std::optional<std::array<std::string_view, 6>> split_six(std::string_view text);

// The six fields of an ARN; nullopt when `text` has fewer or does not begin with "arn:". Fields may be empty.
std::optional<std::array<std::string_view, 6>> split_arn(std::string_view text);

}  // namespace coffer::policy
