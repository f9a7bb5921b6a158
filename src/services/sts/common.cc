#include "services/sts/common.h"

#include <algorithm>

namespace coffer::sts_service {
namespace {

constexpr bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool consists_of_words_and(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text, [others](char c) { return is_word(c) || others.contains(c); });
}

bool is_name(std::string_view text) {
  return consists_of_words_and(text, "+=,.@-");
}
bool is_external_id(std::string_view text) {
  return consists_of_words_and(text, "+=,.@:/-");
}
bool is_serial_number(std::string_view text) {
  return consists_of_words_and(text, "+=/:,.@-");
}
bool is_access_key_id(std::string_view text) {
  return consists_of_words_and(text, "");
}
bool is_token_code(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r';
}

// Of what is not ASCII, only U+007F to U+009F but U+0085 is forbidden: one such is two bytes, the first 0xc2.
bool is_arn(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_control(text[i]) || text[i] == '\x7f') return false;
    if (text[i] != '\xc2' || i + 1 == text.size()) continue;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (second < 0xa0 && second != 0x85) return false;
  }
  return !text.empty();
}

// Up to U+00FF, which are the two-byte characters that begin with 0xc2 or 0xc3.
bool is_policy(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return !is_control(c) && (byte < 0xc4);
  });
}

// Letters, digits and spaces of all scripts: what is not ASCII is not looked at more closely.
bool is_tag_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_word(c) || static_cast<unsigned char>(c) >= 0x80 || std::string_view(" .:/=+-@").contains(c);
  });
}

}  // namespace

const wire::Pattern kNamePattern{R"([\w+=,.@-]*)", is_name};
const wire::Pattern kExternalIdPattern{R"([\w+=,.@:\/-]*)", is_external_id};
const wire::Pattern kArnPattern{R"([\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+)",
                                is_arn};
const wire::Pattern kPolicyPattern{R"([\u0009\u000A\u000D\u0020-\u00FF]+)", is_policy};
const wire::Pattern kTagKeyPattern{R"([\p{L}\p{Z}\p{N}_.:/=+\-@]+)", is_tag_text};
const wire::Pattern kTagValuePattern{R"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", is_tag_text};
const wire::Pattern kSerialNumberPattern{R"([\w+=/:,.@-]*)", is_serial_number};
const wire::Pattern kTokenCodePattern{R"([\d]*)", is_token_code};
const wire::Pattern kAccessKeyIdPattern{R"([\w]*)", is_access_key_id};

Result<std::vector<sts::SessionTag>> read_tags(const std::optional<std::vector<TagEntry>>& tags,
                                               const std::optional<std::vector<std::string>>& transitive_keys) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const TagEntry& tag : tags.value_or(std::vector<TagEntry>()))
    pairs.emplace_back(tag.key, tag.value);
  return sts::read_tags(pairs, transitive_keys.value_or(std::vector<std::string>()));
}

sts::SessionPolicies read_policies(const std::optional<std::string>& policy,
                                   const std::optional<std::vector<PolicyDescriptor>>& arns) {
  sts::SessionPolicies policies{policy.value_or(""), {}};
  for (const PolicyDescriptor& descriptor : arns.value_or(std::vector<PolicyDescriptor>()))
    policies.arns.push_back(descriptor.arn.value_or(""));
  return policies;
}

Result<void> refuse_second_factor(const std::optional<std::string>& serial_number,
                                  const std::optional<std::string>& token_code) {
  if (!serial_number && !token_code) return {};
  return Error{
      ErrorCode::kAccessDenied,
      "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is "
      "valid and associated with this user."};
}

}  // namespace coffer::sts_service
