// Text of a policy in which policy variables may stand: "secret:${aws:username}/*", "${aws:PrincipalTag/team, 'none'}".
// What takes the place of a variable is literal: a '*' that comes from a tag is no wildcard. Pure.
// Follows "IAM policy elements: Variables and tags" (IAM user guide).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/document.h"
#include "policy/pattern.h"
#include "policy/request_context.h"

namespace coffer::policy {

class TextTemplate {
 public:
  TextTemplate() = default;
  // Variables, and ${*} ${?} ${$}, exist in version k2012 only; in k2008 they are ordinary text. So is in both what
  // only begins like a variable ("${aws:username").
  TextTemplate(std::string_view text, LanguageVersion version);

  bool has_variables() const { return has_variables_; }
  // Calls append(text, is_literal) for each piece. Returns false, maybe after some pieces, when a variable stands for
  // nothing: the request has not that key and there is no default, or the key is multi-valued.
  template <class Append>
  bool expand(const RequestContext& context, const Append& append) const {
    std::string scratch;
    for (const Piece& piece : pieces_) {
      if (piece.kind != Piece::Kind::kVariable) {
        append(std::string_view(piece.text), piece.kind == Piece::Kind::kLiteral);
        continue;
      }
      const auto value = value_of(piece, context, scratch);
      if (!value) return false;
      append(*value, true);
    }
    return true;
  }

 private:
  struct Piece {
    enum class Kind { kPlain, kLiteral, kVariable };
    Kind kind;
    std::string text;                     // or the key
    std::optional<std::string> fallback;  // the default
  };
  static std::optional<std::string_view> value_of(const Piece& piece, const RequestContext& context,
                                                  std::string& scratch);
  static std::optional<Piece> parse_variable(std::string_view& text);

  std::vector<Piece> pieces_;
  bool has_variables_ = false;
};

// A text where '*' and '?' are ordinary characters. A variable that stands for nothing makes it equal to nothing.
class TextValue {
 public:
  TextValue(std::string_view text, LanguageVersion version);
  // nullopt: equal to nothing.
  std::optional<std::string> resolve(const RequestContext& context) const;
  bool equals(std::string_view text, const RequestContext& context) const;
  // Whatever the case of ASCII letters.
  bool equals_ignoring_case(std::string_view text, const RequestContext& context) const;

 private:
  TextTemplate template_;
  std::optional<std::string> constant_;
};

// A text where they are wildcards.
class TextPattern {
 public:
  TextPattern(std::string_view text, LanguageVersion version);
  bool matches(std::string_view text, const RequestContext& context) const;

 private:
  TextTemplate template_;
  std::optional<Wildcards> constant_;
};

// Six fields with wildcards, each compared with its field: a '*' never reaches across the first five colons. Anything
// else matches nothing.
class ArnTextPattern {
 public:
  using Fields = std::array<std::string_view, 6>;

  ArnTextPattern(std::string_view text, LanguageVersion version);
  bool matches(const Fields& arn, const RequestContext& context) const;

 private:
  using Pattern = std::array<Wildcards, 6>;
  static std::optional<Pattern> build(const TextTemplate& source, const RequestContext& context);

  TextTemplate template_;
  std::optional<Pattern> constant_;
};

}  // namespace coffer::policy
