#include "policy/text_template.h"

#include <algorithm>

#include "policy/text.h"

namespace coffer::policy {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

void append(std::string_view piece, bool is_literal, Wildcards& wildcards) {
  if (is_literal) {
    wildcards.append_literal(piece);
  } else {
    wildcards.append_pattern(piece);
  }
}

// Takes `wanted` away, and spaces before it.
bool take(std::string_view& text, char wanted) {
  const size_t at = text.find_first_not_of(' ');
  if (at == std::string_view::npos || text[at] != wanted) return false;
  text.remove_prefix(at + 1);
  return true;
}

}  // namespace

TextTemplate::TextTemplate(std::string_view text, LanguageVersion version) {
  const auto plain = [this](std::string_view piece) {
    if (!piece.empty()) pieces_.push_back({Piece::Kind::kPlain, std::string(piece), {}});
  };
  size_t from = 0;  // where to look for the next variable
  while (version == LanguageVersion::k2012) {
    const size_t at = text.find("${", from);
    if (at == std::string_view::npos) break;
    std::string_view rest = text.substr(at + 2);
    auto piece = parse_variable(rest);
    if (!piece) {
      from = at + 2;
      continue;
    }
    plain(text.substr(0, at));
    has_variables_ = has_variables_ || piece->kind == Piece::Kind::kVariable;
    pieces_.push_back(*std::move(piece));
    text = rest;
    from = 0;
  }
  plain(text);
}

// `text` begins behind "${", and behind the '}' when there is a result.
std::optional<TextTemplate::Piece> TextTemplate::parse_variable(std::string_view& text) {
  const size_t end = text.find_first_of(",}");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view key = trimmed(text.substr(0, end));
  std::string_view rest = text.substr(end);
  if (rest.front() == '}') {
    text = rest.substr(1);
    const bool is_character = key == "*" || key == "?" || key == "$";
    return Piece{is_character ? Piece::Kind::kLiteral : Piece::Kind::kVariable, std::string(key), {}};
  }
  rest.remove_prefix(1);
  if (!take(rest, '\'')) return std::nullopt;
  const size_t quote = rest.find('\'');
  if (quote == std::string_view::npos) return std::nullopt;
  const std::string_view fallback = rest.substr(0, quote);
  rest.remove_prefix(quote + 1);
  if (!take(rest, '}')) return std::nullopt;
  text = rest;
  return Piece{Piece::Kind::kVariable, std::string(key), std::string(fallback)};
}

std::optional<std::string_view> TextTemplate::value_of(const Piece& piece, const RequestContext& context,
                                                       std::string& scratch) {
  if (const auto value = context.single(piece.text, scratch)) return value;
  if (!piece.fallback || context.find(piece.text) != nullptr) return std::nullopt;
  return *piece.fallback;
}

TextValue::TextValue(std::string_view text, LanguageVersion version) : template_(text, version) {
  if (!template_.has_variables()) constant_ = resolve(RequestContext());
}

std::optional<std::string> TextValue::resolve(const RequestContext& context) const {
  if (constant_) return constant_;
  std::string text;
  if (!template_.expand(context, [&text](std::string_view piece, bool) { text += piece; })) return std::nullopt;
  return text;
}

bool TextValue::equals(std::string_view text, const RequestContext& context) const {
  if (constant_) return *constant_ == text;
  return resolve(context) == text;
}

bool TextValue::equals_ignoring_case(std::string_view text, const RequestContext& context) const {
  const auto resolved = constant_ ? std::nullopt : resolve(context);
  const auto& value = constant_ ? constant_ : resolved;
  return value && is_same_text(*value, text);
}

TextPattern::TextPattern(std::string_view text, LanguageVersion version) : template_(text, version) {
  if (template_.has_variables()) return;
  constant_.emplace();
  template_.expand(RequestContext(),
                   [this](std::string_view piece, bool is_literal) { append(piece, is_literal, *constant_); });
}

bool TextPattern::matches(std::string_view text, const RequestContext& context) const {
  if (constant_) return constant_->matches(text);
  Wildcards wildcards;
  const bool is_whole = template_.expand(
      context, [&wildcards](std::string_view piece, bool is_literal) { append(piece, is_literal, wildcards); });
  return is_whole && wildcards.matches(text);
}

ArnTextPattern::ArnTextPattern(std::string_view text, LanguageVersion version) : template_(text, version) {
  if (!template_.has_variables()) constant_ = build(template_, RequestContext());
}

// Colons count wherever they come from: a variable may be a whole ARN.
std::optional<ArnTextPattern::Pattern> ArnTextPattern::build(const TextTemplate& source,
                                                             const RequestContext& context) {
  Pattern pattern;
  size_t field = 0;
  const bool is_whole = source.expand(context, [&](std::string_view piece, bool is_literal) {
    while (true) {
      const size_t colon = field + 1 < pattern.size() ? piece.find(':') : std::string_view::npos;
      const std::string_view part = piece.substr(0, colon);
      append(part, is_literal, pattern[field]);
      if (colon == std::string_view::npos) return;
      piece.remove_prefix(colon + 1);
      ++field;
    }
  });
  if (!is_whole || field + 1 < pattern.size()) return std::nullopt;
  return pattern;
}

bool ArnTextPattern::matches(const Fields& arn, const RequestContext& context) const {
  const auto matches_all = [&arn](const Pattern& pattern) {
    return std::equal(pattern.begin(), pattern.end(), arn.begin(),
                      [](const Wildcards& wildcards, std::string_view field) { return wildcards.matches(field); });
  };
  if (!template_.has_variables()) return constant_ && matches_all(*constant_);
  const auto pattern = build(template_, context);
  return pattern && matches_all(*pattern);
}

}  // namespace coffer::policy
