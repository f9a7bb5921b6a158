// Tokens of OIDC providers, their key sets and their URLs: read from strangers, before anybody is known. What is read
// has the form that is relied on, and no key verifies what it did not sign.
//
// Input: the header until the first line feed, the claims until the second, then the signature.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "sts/json_web_keys.h"
#include "sts/web_address.h"
#include "sts/web_token.h"

using namespace coffer;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

std::string base64url(std::string_view text) {
  return base64url_encode(std::as_bytes(std::span(text)));
}

void read_token(std::string_view text) {
  const auto token = sts::read_web_token(text);
  if (!token.ok()) return check(token.error().code == ErrorCode::kInvalidIdentityToken);
  check(!token->issuer.empty() && !token->subject.empty() && !token->audiences.empty() && !token->signature.empty());
  check(text.starts_with(token->signed_part) && text[token->signed_part.size()] == '.');
  check(token->tags.size() <= 50);
  // RFC 7515's key, whose owner is not among those who fuzz.
  static const auto key = *crypto::PublicKey::p256(
      std::string(base64url_decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")->view(SecretAccess("it is public"))),
      std::string(base64url_decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")->view(SecretAccess("it is public"))));
  check(!key.verifies(token->signed_part, token->signature));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view whole(reinterpret_cast<const char*>(data), size);
  read_token(whole);
  std::string_view rest = whole;
  const std::string_view header = take_line(rest);
  const std::string_view claims = take_line(rest);
  read_token(base64url(header) + "." + base64url(claims) + "." + base64url(rest));

  const auto keys = sts::read_key_set(whole);
  if (keys.ok()) check(keys->size() <= 100);

  if (const auto address = sts::parse_web_address(whole, sts::LoopbackHttp::kRefused)) {
    check(address->uses_tls && !address->host.empty() && address->port != 0);
    check(address->path.empty() || address->path.front() == '/');
    check(address->host.find_first_of("@/\\?# \r\n") == std::string::npos);
    check(address->path.find_first_of("\\?# \r\n") == std::string::npos);
  }
  return 0;
}
