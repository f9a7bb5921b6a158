#include "services/iam/common_bounds.h"

#include <algorithm>

#include "base/encoding.h"
#include "iam/names.h"
#include "iam/policies.h"

namespace coffer::iam_service {
namespace {

bool is_some_name(std::string_view text) {
  return !text.empty() && iam::is_name(text);
}

// U+0020 to U+00FF.
bool is_latin1(std::string_view text) {
  return iam::is_policy_text(text) && text.find_first_of("\t\r\n") == std::string_view::npos;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
}

// "v1", and what AWS has behind it in versions that it makes itself.
bool is_version_id(std::string_view text) {
  return iam::parse_version_id(text.substr(0, text.find('.'))).has_value() && is_some_name(text);
}

// As is_policy_text(), without U+007F to U+00A0, which are C2 and one more byte.
bool is_description(std::string_view text) {
  if (!iam::is_policy_text(text) || text.find('\x7f') != std::string_view::npos) return false;
  for (size_t at = text.find('\xc2'); at != std::string_view::npos; at = text.find('\xc2', at + 1)) {
    if (static_cast<unsigned char>(text[at + 1]) <= 0xa0) return false;
  }
  return true;
}

// Of the letters and numbers of all scripts only the ASCII ones are told from the rest of their plane.
bool is_tag_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto code = static_cast<unsigned char>(c);
    const bool is_ascii_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return code >= 0x80 || is_ascii_word || std::string_view(" _.:/=+-@").find(c) != std::string_view::npos;
  });
}

bool is_tag_key(std::string_view text) {
  return !text.empty() && is_tag_text(text);
}

bool is_policy_document(std::string_view text) {
  return !text.empty() && iam::is_policy_text(text);
}

}  // namespace

const wire::Pattern kNamePattern{R"([\w+=,.@-]+)", is_some_name};
const wire::Pattern kPathPattern{R"((\u002F)|(\u002F[\u0021-\u007E]+\u002F))", iam::is_path};
const wire::Pattern kPathPrefixPattern{R"(\u002F[\u0021-\u007F]*)", iam::is_path_prefix};
const wire::Pattern kPolicyPathPattern{R"(((/[A-Za-z0-9\.,\+@=_-]+)*)/)", iam::is_policy_path};
const wire::Pattern kPolicyTextPattern{R"([\u0009\u000A\u000D\u0020-\u00FF]+)", is_policy_document};
const wire::Pattern kMarkerPattern{R"([\u0020-\u00FF]+)", is_latin1};
const wire::Pattern kAccessKeyIdPattern{R"([\w]+)", is_word};
const wire::Pattern kAliasPattern{R"(^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$)", iam::is_account_alias};
const wire::Pattern kVersionIdPattern{R"(v[1-9][0-9]*(\.[A-Za-z0-9-]*)?)", is_version_id};
const wire::Pattern kDescriptionPattern{R"([\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*)", is_description};
const wire::Pattern kTagKeyPattern{R"([\p{L}\p{Z}\p{N}_.:/=+\-@]+)", is_tag_key};
const wire::Pattern kTagValuePattern{R"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", is_tag_text};

}  // namespace coffer::iam_service
