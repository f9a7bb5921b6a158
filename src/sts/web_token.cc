#include "sts/web_token.h"

#include <algorithm>
#include <cmath>

#include "base/encoding.h"
#include "wire/json.h"

namespace coffer::sts {
namespace {

using wire::Kind;
using wire::Value;

constexpr wire::JsonLimits kLimits{.max_depth = 16, .max_values = 4096};
constexpr size_t kMaxSubjectSize = 255;
constexpr size_t kMaxTags = 50;
constexpr size_t kMaxTagKeySize = 128;
constexpr size_t kMaxTagValueSize = 256;
constexpr std::string_view kTags = "https://aws.amazon.com/tags";
constexpr std::string_view kSourceIdentity = "https://aws.amazon.com/source_identity";

Error no_token() {
  return Error{ErrorCode::kInvalidIdentityToken,
               "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"};
}

Error missing(std::string_view claim) {
  return Error{ErrorCode::kInvalidIdentityToken, "Missing a required claim: " + std::string(claim)};
}

std::optional<std::string> text_of(const Value* value) {
  if (value == nullptr || value->kind() != Kind::kString) return std::nullopt;
  return std::string(value->as_string());
}

// A string, or a list of strings.
std::optional<std::vector<std::string>> texts_of(const Value& value) {
  if (value.kind() == Kind::kString) return std::vector{std::string(value.as_string())};
  if (value.kind() != Kind::kList) return std::nullopt;
  std::vector<std::string> texts;
  for (const Value& item : value.as_list()) {
    if (item.kind() != Kind::kString) return std::nullopt;
    texts.emplace_back(item.as_string());
  }
  return texts;
}

// NumericDate: seconds since 1970, perhaps with a fraction.
std::optional<Time> time_of(const Value* value) {
  constexpr double kLatest = 1e11;  // beyond, nothing is a time, and milliseconds would not overflow yet
  if (value == nullptr) return std::nullopt;
  double seconds = -1;
  if (value->kind() == Kind::kInteger) seconds = static_cast<double>(value->as_integer());
  if (value->kind() == Kind::kReal) seconds = value->as_real();
  if (!(seconds >= 0 && seconds <= kLatest)) return std::nullopt;
  return Time(std::chrono::seconds(static_cast<int64_t>(std::floor(seconds))));
}

// The three parts between dots; nullopt unless there are exactly three.
struct Parts {
  std::string_view header, claims, signature;
};
std::optional<Parts> split(std::string_view text) {
  const size_t first = text.find('.');
  if (first == text.npos) return std::nullopt;
  const size_t second = text.find('.', first + 1);
  if (second == text.npos || text.find('.', second + 1) != text.npos) return std::nullopt;
  return Parts{text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

std::optional<std::string> decode(std::string_view part) {
  const auto bytes = base64url_decode(part);
  if (!bytes) return std::nullopt;
  return std::string(bytes->view(SecretAccess("what a token says is no secret to its reader")));
}

// Into `tree`, which holds what the value points to.
bool read_object(std::string_view part, wire::Document& tree) {
  const auto json = decode(part);
  return json && wire::parse_json(*json, kLimits, tree).ok() && tree.root().kind() == Kind::kObject;
}

// A tag's value is a list of one.
bool add_tag(std::string_view key, const Value& value, WebToken& token) {
  const auto values = texts_of(value);
  if (!values || values->size() != 1 || token.tags.size() == kMaxTags) return false;
  const bool fits =
      !key.empty() && utf8_length(key) <= kMaxTagKeySize && utf8_length(values->front()) <= kMaxTagValueSize;
  if (fits) token.tags.emplace_back(key, values->front());
  return fits;
}

bool read_transitive_keys(const Value& value, WebToken& token) {
  auto keys = texts_of(value);
  if (!keys || keys->size() > kMaxTags) return false;
  token.transitive_tag_keys = std::move(*keys);
  return true;
}

// Nested, as in {"https://aws.amazon.com/tags": {"principal_tags": {"Project": ["Automation"]}}}, or flattened, as in
// {"https://aws.amazon.com/tags/principal_tags/Project": ["Automation"]}.
bool read_tags(const Value& claims, WebToken& token) {
  for (const wire::Member& claim : claims.as_object()) {
    if (!claim.name.starts_with(kTags)) continue;
    const std::string_view rest = claim.name.substr(kTags.size());
    constexpr std::string_view kFlatTag = "/principal_tags/";
    if (rest.starts_with(kFlatTag)) {
      if (!add_tag(rest.substr(kFlatTag.size()), claim.value, token)) return false;
    } else if (rest == "/transitive_tag_keys") {
      if (!read_transitive_keys(claim.value, token)) return false;
    } else if (rest.empty()) {
      const Value* const tags = claim.value.find("principal_tags");
      const Value* const keys = claim.value.find("transitive_tag_keys");
      if (tags != nullptr) {
        if (tags->kind() != Kind::kObject) return false;
        for (const wire::Member& tag : tags->as_object()) {
          if (!add_tag(tag.name, tag.value, token)) return false;
        }
      }
      if (keys != nullptr && !read_transitive_keys(*keys, token)) return false;
    }
  }
  return true;
}

// The characters and the length that the operation's SourceIdentity may have.
bool is_source_identity(std::string_view text) {
  return text.size() >= 2 && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("_+=,.@-").contains(c);
         });
}

bool read_session(const Value& claims, WebToken& token) {
  if (const Value* const identity = claims.find(kSourceIdentity)) {
    token.source_identity = text_of(identity).value_or("");
    if (!is_source_identity(token.source_identity)) return false;
  }
  return read_tags(claims, token);
}

Result<void> read_header(std::string_view part, WebToken& token) {
  wire::Document tree;
  if (!read_object(part, tree)) return no_token();
  const auto algorithm = text_of(tree.root().find("alg"));
  if (algorithm == "RS256") {
    token.algorithm = crypto::SignatureAlgorithm::kRs256;
  } else if (algorithm == "ES256") {
    token.algorithm = crypto::SignatureAlgorithm::kEs256;
  } else {
    return no_token();
  }
  // Extensions that must be understood, of which none is.
  if (tree.root().find("crit") != nullptr) return no_token();
  token.key_id = text_of(tree.root().find("kid")).value_or("");
  return {};
}

Result<void> read_claims(std::string_view part, WebToken& token) {
  wire::Document tree;
  if (!read_object(part, tree)) return no_token();
  const Value& claims = tree.root();
  for (const auto& [name, out] : {std::pair("iss", &token.issuer), std::pair("sub", &token.subject)}) {
    *out = text_of(claims.find(name)).value_or("");
    if (out->empty()) return missing(name);
  }
  if (token.subject.size() > kMaxSubjectSize) return invalid_web_token();
  const Value* const audience = claims.find("aud");
  auto audiences = audience != nullptr ? texts_of(*audience) : std::nullopt;
  if (!audiences || audiences->empty()) return missing("aud");
  token.audiences = std::move(*audiences);
  for (const auto& [name, out] : {std::pair("exp", &token.expires), std::pair("iat", &token.issued)}) {
    const auto time = time_of(claims.find(name));
    if (!time) return missing(name);
    *out = *time;
  }
  if (const Value* const begins = claims.find("nbf")) {
    const auto time = time_of(begins);
    if (!time) return invalid_web_token();
    token.not_before = *time;
  }
  token.authorized_party = text_of(claims.find("azp")).value_or("");
  if (const Value* const methods = claims.find("amr")) token.methods = texts_of(*methods).value_or(token.methods);
  if (!read_session(claims, token)) return invalid_web_token();
  return {};
}

}  // namespace

Error invalid_web_token() {
  return Error{ErrorCode::kInvalidIdentityToken, "The web identity token provided could not be validated"};
}

Result<WebToken> read_web_token(std::string_view text) {
  const auto parts = split(text);
  if (!parts) return no_token();
  WebToken token;
  COFFER_TRY(read_header(parts->header, token));
  auto signature = decode(parts->signature);
  if (!signature || signature->empty()) return no_token();
  token.signature = std::move(*signature);
  token.signed_part = text.substr(0, parts->header.size() + 1 + parts->claims.size());
  COFFER_TRY(read_claims(parts->claims, token));
  return token;
}

}  // namespace coffer::sts
