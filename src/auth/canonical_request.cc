#include "auth/canonical_request.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "crypto/digest.h"

namespace coffer::auth {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Whether any of the bytes is a space or a control character; eight at a time, since nearly no value has one.
bool may_hold_space(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if (((word - kOnes * 0x21) & ~word & (kOnes * 0x80)) != 0) return true;
  }
  for (; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) < 0x21) return true;
  }
  return false;
}

// Trimmed, and every run of white space (also that of folded lines) one space.
void append_header_value(std::string_view value, std::string& out) {
  if (!may_hold_space(value)) {
    out.append(value);
    return;
  }
  bool pending = false;
  bool empty = true;
  for (char c : value) {
    if (is_space(c)) {
      pending = !empty;
      continue;
    }
    if (std::exchange(pending, false)) out.push_back(' ');
    out.push_back(c);
    empty = false;
  }
}

// The values of all headers of that name, joined by commas; false when there is none.
bool append_header(std::span<const net::Header> headers, std::string_view name, std::string& out) {
  out.append(name);
  char separator = ':';
  for (const net::Header& header : headers) {
    if (!net::header_name_equals(header.name, name)) continue;
    out.push_back(std::exchange(separator, ','));
    append_header_value(header.value, out);
  }
  out.push_back('\n');
  return separator == ',';
}

Result<void> append_headers(std::span<const net::Header> headers, std::string_view signed_headers, std::string& out) {
  std::string_view rest = signed_headers;
  std::string_view previous;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view name = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (name <= previous || std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; })) {
      return Error{ErrorCode::kIncompleteSignature, "SignedHeaders must be lower case, sorted and without duplicates."};
    }
    if (!append_header(headers, name, out)) {
      return Error{ErrorCode::kIncompleteSignature, "A header named in SignedHeaders is not part of the request."};
    }
    previous = name;
  }
  return {};
}

// Removes empty and dot segments. The final slash stays unless nothing else is left.
std::string normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  std::string_view rest = path;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string result;
  for (std::string_view segment : kept)
    result.append("/").append(segment);
  if (kept.empty() || path.ends_with('/')) result.push_back('/');
  return result;
}

void append_path(std::string_view path, PathNormalization normalization, std::string& out) {
  if (path.empty() || path == "/") {
    out.push_back('/');
  } else if (normalization == PathNormalization::kNormalize) {
    percent_encode(normalized(path), true, out);
  } else {
    percent_encode(path, true, out);
  }
}

Result<std::string> reencoded(std::string_view text) {
  const std::optional<std::string> decoded = percent_decode(text);
  if (!decoded) return Error{ErrorCode::kInvalidSignature, "The request's query string holds a broken percent escape."};
  std::string result;
  percent_encode(*decoded, false, result);
  return result;
}

Result<void> append_query(std::string_view query, std::string& out) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (parameter.empty()) continue;
    const size_t equals = std::min(parameter.find('='), parameter.size());
    COFFER_ASSIGN(std::string name, reencoded(parameter.substr(0, equals)));
    COFFER_ASSIGN(std::string value, reencoded(parameter.substr(std::min(equals + 1, parameter.size()))));
    parameters.emplace_back(std::move(name), std::move(value));
  }
  std::ranges::sort(parameters);
  for (const auto& [name, value] : parameters) {
    if (&name != &parameters.front().first) out.push_back('&');
    out.append(name).append("=").append(value);
  }
  return {};
}

}  // namespace

Result<void> append_canonical_request(const net::Request& request, std::string_view signed_headers,
                                      std::string_view body_hash, PathNormalization normalization, std::string& out) {
  const size_t question = std::min(request.target.find('?'), request.target.size());
  out.append(request.method).push_back('\n');
  append_path(request.target.substr(0, question), normalization, out);
  out.push_back('\n');
  if (question != request.target.size()) COFFER_TRY(append_query(request.target.substr(question + 1), out));
  out.push_back('\n');
  COFFER_TRY(append_headers(request.headers, signed_headers, out));
  out.push_back('\n');
  out.append(signed_headers).push_back('\n');
  out.append(body_hash);
  return {};
}

void append_string_to_sign(std::string_view amz_date, std::string_view scope, std::string_view canonical_request,
                           std::string& out) {
  const crypto::Digest digest = crypto::Sha256::of(canonical_request);
  out.append("AWS4-HMAC-SHA256\n").append(amz_date).append("\n").append(scope).append("\n");
  const size_t at = out.size();
  out.resize(at + 64);
  hex_encode(digest, out.data() + at);
}

}  // namespace coffer::auth
