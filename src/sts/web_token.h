// JSON Web Tokens of OIDC providers, read but not believed: whose signature is good is for web_identity.h to ask.
// RS256 and ES256 only; an unsigned token, one that is signed with a shared secret, or of a form that is not JWS's
// compact one, is none. Follows RFC 7515 and 7519, "ID Token" of OpenID Connect Core, and "Passing session tags using
// AssumeRoleWithWebIdentity" (IAM user guide).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/asymmetric.h"

namespace coffer::sts {

struct WebToken {
  crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::kRs256;
  std::string key_id;       // empty: the token names no key
  std::string signed_part;  // what the signature is of
  std::string signature;    // its bytes

  std::string issuer;
  std::string subject;
  std::vector<std::string> audiences;  // at least one
  std::string authorized_party;        // azp; empty: none
  std::vector<std::string> methods;    // amr
  Time expires;
  Time issued;
  Time not_before;  // 1970 when the token does not say
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::string> transitive_tag_keys;
  std::string source_identity;  // empty: none
};

// kInvalidIdentityToken with AWS's text for what is no such token, lacks one of iss, sub, aud, exp and iat, or has
// session tags or a source identity that cannot be. Linear in the text, which its caller has bounded.
Result<WebToken> read_web_token(std::string_view text);

// "The web identity token provided could not be validated"
Error invalid_web_token();

}  // namespace coffer::sts
