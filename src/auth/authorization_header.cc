#include "auth/authorization_header.h"

#include <algorithm>
#include <array>
#include <string>

namespace coffer::auth {
namespace {

Error incomplete(std::string message) {
  return {ErrorCode::kIncompleteSignature, std::move(message)};
}

// The header without its signature, for error texts.
std::string echo(std::string_view header) {
  constexpr std::string_view kName = "Signature=";
  std::string text(header.substr(0, kMaxEcho));
  for (size_t at = text.find(kName); at != text.npos; at = text.find(kName, at + 1)) {
    const size_t begin = at + kName.size();
    text.erase(begin, text.find_first_of(", \t", begin) - begin);
  }
  return text;
}

void take_parameter(std::string_view word, RawAuthorization& raw) {
  const auto take = [word](std::string_view name, std::string_view& out) {
    if (word.starts_with(name)) out = word.substr(name.size());
  };
  take("Credential=", raw.credential);
  take("SignedHeaders=", raw.signed_headers);
  take("Signature=", raw.signature);
}

}  // namespace

RawAuthorization split_authorization(std::string_view header) {
  RawAuthorization raw;
  const size_t space = std::min(header.find(' '), header.size());
  raw.algorithm = header.substr(0, space);
  header.remove_prefix(space);
  while (!header.empty()) {
    const size_t comma = std::min(header.find(','), header.size());
    std::string_view rest = header.substr(0, comma);
    header.remove_prefix(std::min(comma + 1, header.size()));
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(' '), rest.size());
      take_parameter(rest.substr(0, end), raw);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return raw;
}

Result<void> check_complete(std::string_view header, const RawAuthorization& raw, DateHeader date) {
  std::string message;
  if (raw.credential.empty()) message.append("Authorization header requires 'Credential' parameter. ");
  if (raw.signature.empty()) message.append("Authorization header requires 'Signature' parameter. ");
  if (raw.signed_headers.empty()) message.append("Authorization header requires 'SignedHeaders' parameter. ");
  if (date == DateHeader::kAbsent) {
    message.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
  }
  if (message.empty()) return {};
  return incomplete(message + "Authorization=" + echo(header));
}

Result<Authorization> split_credential(const RawAuthorization& raw) {
  if (raw.algorithm != "AWS4-HMAC-SHA256") {
    return incomplete("Unsupported AWS 'algorithm': '" + std::string(raw.algorithm.substr(0, kMaxEcho)) + "'.");
  }
  std::array<std::string_view, 5> parts;
  std::string_view rest = raw.credential;
  size_t count = 0;
  while (true) {
    const size_t slash = rest.find('/');
    if (count < parts.size()) parts[count] = rest.substr(0, slash);
    ++count;
    if (slash == rest.npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (count != parts.size()) {
    return incomplete(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
        std::string(raw.credential.substr(0, kMaxEcho)) + "'");
  }
  return Authorization{.access_key_id = parts[0],
                       .date = parts[1],
                       .region = parts[2],
                       .service = parts[3],
                       .terminator = parts[4],
                       .signed_headers = raw.signed_headers,
                       .signature = raw.signature};
}

Result<Authorization> parse_authorization(std::string_view header) {
  const RawAuthorization raw = split_authorization(header);
  COFFER_TRY(check_complete(header, raw, DateHeader::kPresent));
  return split_credential(raw);
}

}  // namespace coffer::auth
