#include "auth/sigv4.h"

#include <algorithm>
#include <array>
#include <optional>

#include "auth/authorization_header.h"
#include "auth/canonical_request.h"
#include "base/encoding.h"
#include "base/time_text.h"
#include "crypto/digest.h"

namespace coffer::auth {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr Duration kMaxSkew = std::chrono::minutes(15);

Error incomplete(std::string message) {
  return {ErrorCode::kIncompleteSignature, std::move(message)};
}
Error invalid(std::string message) {
  return {ErrorCode::kInvalidSignature, std::move(message)};
}
Error unrecognized() {
  return {ErrorCode::kUnrecognizedClient, "The security token included in the request is invalid."};
}

// What verify() reads from the headers, found in one pass.
struct Headers {
  std::optional<std::string_view> authorization;
  std::optional<std::string_view> amz_date;
  std::optional<std::string_view> date;
  std::optional<std::string_view> security_token;
  std::optional<std::string_view> content_sha256;
};

Headers find_headers(std::span<const net::Header> headers) {
  Headers found;
  const auto take = [](const net::Header& header, std::string_view name, std::optional<std::string_view>& out) {
    if (!out && net::header_name_equals(header.name, name)) out = header.value;
  };
  for (const net::Header& header : headers) {
    switch (header.name.size()) {
      case 4:
        take(header, "date", found.date);
        break;
      case 10:
        take(header, "x-amz-date", found.amz_date);
        break;
      case 13:
        take(header, "authorization", found.authorization);
        break;
      case 20:
        take(header, "x-amz-security-token", found.security_token);
        take(header, "x-amz-content-sha256", found.content_sha256);
        break;
      default:
        break;
    }
  }
  return found;
}

bool has_query_authentication(std::string_view target) {
  const size_t question = target.find('?');
  if (question == target.npos) return false;
  std::string_view rest = target.substr(question);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    if (rest.starts_with("X-Amz-Algorithm") || rest.starts_with("X-Amz-Signature")) return true;
    rest.remove_prefix(std::min(rest.find('&'), rest.size()));
  }
  return false;
}

bool lists(std::string_view signed_headers, std::string_view name) {
  while (!signed_headers.empty()) {
    const size_t end = std::min(signed_headers.find(';'), signed_headers.size());
    if (signed_headers.substr(0, end) == name) return true;
    signed_headers.remove_prefix(std::min(end + 1, signed_headers.size()));
  }
  return false;
}

// When the request says that it was signed, as time and as the text that was signed.
struct SigningDate {
  Time time;
  std::array<char, 16> digits;  // "20150830T123600Z"

  SigningDate(Time time, std::string_view text) : time(time) { std::ranges::copy(text, digits.begin()); }
  std::string_view text() const { return {digits.data(), digits.size()}; }
};

Result<SigningDate> signing_date(const Headers& headers) {
  const std::string_view text = headers.amz_date ? *headers.amz_date : *headers.date;
  if (const auto time = parse_iso_basic(text)) return SigningDate(*time, text);
  if (!headers.amz_date) {
    if (const auto time = parse_http_date(text)) return SigningDate(*time, iso_basic(*time));
  }
  return incomplete("Date must be in ISO-8601 'basic format'. Got '" + std::string(text.substr(0, kMaxEcho)) +
                    "'. See http://en.wikipedia.org/wiki/ISO_8601");
}

Result<void> check_skew(const SigningDate& date, Time now) {
  if (date.time < now - kMaxSkew) {
    return invalid("Signature expired: " + std::string(date.text()) + " is now earlier than " +
                   iso_basic(now - kMaxSkew) + " (" + iso_basic(now) + " - 15 min.)");
  }
  if (date.time > now + kMaxSkew) {
    return invalid("Signature not yet current: " + std::string(date.text()) + " is still later than " +
                   iso_basic(now + kMaxSkew) + " (" + iso_basic(now) + " + 15 min.)");
  }
  return {};
}

Result<void> check_scope(const Authorization& authorization, const ExpectedScope& expected, const SigningDate& date) {
  const std::string_view day = date.text().substr(0, 8);
  const bool is_region = authorization.region == expected.region ||
                         (!expected.other_region.empty() && authorization.region == expected.other_region);
  if (is_region && authorization.service == expected.service && authorization.terminator == kTerminator &&
      authorization.date == day) {
    return {};
  }
  std::string message;
  const auto quoted = [&message](std::string_view text) {
    message.append("'").append(text.substr(0, kMaxEcho)).append("'");
  };
  if (!is_region && expected.other_region.empty()) {
    message.append("Credential should be scoped to a valid region, not ");
    quoted(authorization.region);
    message.append(". ");
  } else if (!is_region) {
    message.append("Credential should be scoped to a valid region. ");  // STS does not repeat it
  }
  if (authorization.service != expected.service) {
    message.append("Credential should be scoped to correct service: ");
    quoted(expected.service);
    message.append(". ");
  }
  if (authorization.terminator != kTerminator) {
    message.append("Credential should be scoped with a valid terminator: 'aws4_request', not ");
    quoted(authorization.terminator);
    message.append(". ");
  }
  if (authorization.date != day) {
    message.append("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ");
    quoted(authorization.date);
    message.append(" != ");
    quoted(day);
    message.append(", from ");
    quoted(date.text());
    message.append(". ");
  }
  return invalid(std::move(message));
}

// The last line of the canonical request: the body's hash, or AWS's word for "not hashed".
std::string_view payload_line(std::string_view body, std::optional<std::string_view> content_sha256, Payload payload,
                              std::array<char, 64>& buffer) {
  constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";
  if (content_sha256 == kUnsigned && payload == Payload::kMaybeSigned) return kUnsigned;
  hex_encode(crypto::Sha256::of(body), buffer.data());
  return {buffer.data(), buffer.size()};
}

using HexSignature = std::array<char, 64>;

Result<HexSignature> signature_of(const net::Request& request, const Authorization& authorization,
                                  std::string_view amz_date, std::string_view body_hash,
                                  PathNormalization normalization, const crypto::HmacKey& key) {
  // Reused, so that a request costs no allocation; wiped, because headers may carry session tokens.
  thread_local std::string canonical;
  thread_local std::string to_sign;
  canonical.clear();
  to_sign.clear();
  const Result<void> done =
      append_canonical_request(request, authorization.signed_headers, body_hash, normalization, canonical);
  HexSignature signature{};
  if (done.ok()) {
    const std::string_view scope(authorization.date.data(),
                                 static_cast<size_t>(authorization.terminator.data() + authorization.terminator.size() -
                                                     authorization.date.data()));
    append_string_to_sign(amz_date, scope, canonical, to_sign);
    hex_encode(key.sign(to_sign), signature.data());
  }
  wipe(canonical.data(), canonical.size());
  if (!done.ok()) return done.error();
  return signature;
}

bool equal_in_constant_time(const HexSignature& expected, std::string_view given) {
  if (given.size() != expected.size()) return false;
  unsigned char difference = 0;
  for (size_t i = 0; i < expected.size(); ++i)
    difference |= static_cast<unsigned char>(expected[i] ^ given[i]);
  // The barrier keeps the compiler from turning the loop into an early exit.
  asm volatile("" : "+r"(difference));
  return difference == 0;
}

}  // namespace

Result<std::shared_ptr<const Credential>> verify(const net::Request& request, const VerifyOptions& options,
                                                 const CredentialSource& credentials, Time now) {
  const Headers headers = find_headers(request.headers);
  if (has_query_authentication(request.target)) {
    if (headers.authorization) {
      return invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
    }
    return incomplete("Presigned requests are not accepted: sign the request with an Authorization header.");
  }
  if (!headers.authorization || !headers.authorization->starts_with("AWS4-")) {
    return Error{ErrorCode::kMissingAuthenticationToken, "Missing Authentication Token"};
  }
  const RawAuthorization raw = split_authorization(*headers.authorization);
  const DateHeader date_header = headers.amz_date || headers.date ? DateHeader::kPresent : DateHeader::kAbsent;
  COFFER_TRY(check_complete(*headers.authorization, raw, date_header));
  if (!lists(raw.signed_headers, "host")) {
    return invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (!options.signed_header.empty() && !lists(raw.signed_headers, options.signed_header)) {
    return invalid("'" + std::string(options.signed_header) + "' must be a 'SignedHeader' in the AWS Authorization.");
  }
  COFFER_ASSIGN(const SigningDate date, signing_date(headers));
  COFFER_TRY(check_skew(date, now));
  COFFER_ASSIGN(const Authorization authorization, split_credential(raw));
  COFFER_TRY(check_scope(authorization, options.scope, date));

  COFFER_ASSIGN(auto credential, credentials.find({authorization.access_key_id, headers.security_token, now}));
  if (credential == nullptr || credential->state() != KeyState::kActive) return unrecognized();
  // Long-term keys have no session token, and temporary ones are nothing without; whatever the source says.
  if (headers.security_token.has_value() != (credential->caller().session != nullptr)) return unrecognized();

  const auto key = credential->signing_key(authorization.date, authorization.region, authorization.service);
  std::array<char, 64> buffer;
  const std::string_view body_hash = payload_line(request.body, headers.content_sha256, options.payload, buffer);
  COFFER_ASSIGN(const HexSignature expected,
                signature_of(request, authorization, date.text(), body_hash, options.normalization, *key));
  if (!equal_in_constant_time(expected, authorization.signature)) {
    return invalid(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key "
        "and signing method. Consult the service documentation for details.");
  }
  return credential;
}

std::string sign(const SigningRequest& request, std::string_view access_key_id, const SecretBytes& secret_access_key,
                 const ExpectedScope& scope, Time now, PathNormalization normalization) {
  std::vector<std::string> names;
  std::optional<std::string_view> content_sha256;
  for (const net::Header& header : request.headers) {
    std::string& name = names.emplace_back(header.name);
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
    if (name == "x-amz-content-sha256") content_sha256 = header.value;
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string signed_headers;
  for (const std::string& name : names)
    signed_headers.append(signed_headers.empty() ? "" : ";").append(name);

  const std::string amz_date = iso_basic(now);
  std::string credential(access_key_id);
  credential.append("/").append(amz_date.substr(0, 8)).append("/").append(scope.region).append("/");
  credential.append(scope.service).append("/").append(kTerminator);
  const Result<Authorization> authorization = split_credential(
      {.algorithm = kAlgorithm, .credential = credential, .signed_headers = signed_headers, .signature = {}});
  if (!authorization.ok()) return {};

  const Credential signer({}, secret_access_key.clone(), KeyState::kActive);
  const auto key = signer.signing_key(authorization->date, authorization->region, authorization->service);
  std::array<char, 64> buffer;
  const net::Request signed_request{.method = request.method,
                                    .target = request.target,
                                    .headers = request.headers,
                                    .body = request.body,
                                    .peer_address = {},
                                    .peer_name = {}};
  const Result<HexSignature> signature =
      signature_of(signed_request, *authorization, amz_date,
                   payload_line(request.body, content_sha256, Payload::kMaybeSigned, buffer), normalization, *key);
  if (!signature.ok()) return {};
  std::string header(kAlgorithm);
  header.append(" Credential=").append(credential).append(", SignedHeaders=").append(signed_headers);
  header.append(", Signature=").append(signature->data(), signature->size());
  return header;
}

}  // namespace coffer::auth
