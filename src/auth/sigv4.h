// AWS Signature Version 4, server side. Pure: the request, the credentials and `now` are arguments.
// Follows "Create a signed AWS API request" (IAM user guide) and AWS's order and texts of errors.
// Must never: log or return a signature, a canonical request or a key.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/credential.h"
#include "base/clock.h"
#include "base/result.h"
#include "net/message.h"

namespace coffer::auth {

// What a valid credential scope must name.
struct ExpectedScope {
  std::string_view region;
  std::string_view service;
  std::string_view other_region = {};  // if set, as good as `region`: STS's global endpoint is us-east-1's
};

// The parts of an Authorization header; views into it.
struct Authorization {
  std::string_view access_key_id;
  std::string_view date;  // "20150830"
  std::string_view region;
  std::string_view service;
  std::string_view terminator;      // "aws4_request"
  std::string_view signed_headers;  // "host;x-amz-date"
  std::string_view signature;       // 64 hex digits
};

// The header as it stands, without any judgement beyond its form. For the gateway, which only wants the region, and for
// verify(). kIncompleteSignature with AWS's text otherwise.
Result<Authorization> parse_authorization(std::string_view header);

enum class PathNormalization { kNormalize, kKeep };

// kMaybeSigned: the client may say x-amz-content-sha256: UNSIGNED-PAYLOAD, and the body be anybody's.
enum class Payload { kMaybeSigned, kSigned };

struct VerifyOptions {
  ExpectedScope scope;
  PathNormalization normalization = PathNormalization::kNormalize;
  // Lower case; must be among the signed headers besides host. What decides about the operation must not be open to
  // others than the signer. Empty: none.
  std::string_view signed_header = {};
  // kSigned where the body decides about the operation: UNSIGNED-PAYLOAD is then a wrong signature.
  Payload payload = Payload::kMaybeSigned;
};

// Whose the request is, if it carries a valid signature (header form) of an active access key for this scope, made
// within 15 minutes of `now`; never null. Otherwise the first failure in AWS's order: missing token, incomplete header,
// host unsigned, date format, skew, scope (all faults in one message), unknown or inactive key, token that is not the
// key's or has expired, signature. Signatures are compared in constant time. Presigned (query) authentication is
// refused.
Result<std::shared_ptr<const Credential>> verify(const net::Request& request, const VerifyOptions& options,
                                                 const CredentialSource& credentials, Time now);

// Signs a request for tests, tools and the client library: the value of the Authorization header. `headers` must hold
// host and x-amz-date and is signed whole.
struct SigningRequest {
  std::string_view method = "POST";
  std::string_view target = "/";
  std::vector<net::Header> headers;
  std::string_view body;
};
std::string sign(const SigningRequest& request, std::string_view access_key_id, const SecretBytes& secret_access_key,
                 const ExpectedScope& scope, Time now, PathNormalization normalization = PathNormalization::kNormalize);

}  // namespace coffer::auth
