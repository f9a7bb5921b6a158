// The steps of a signature, each testable alone with AWS's vectors: canonical request, string to sign.
#pragma once

#include <string>
#include <string_view>

#include "auth/sigv4.h"
#include "base/result.h"
#include "net/message.h"

namespace coffer::auth {

// Appends the canonical request for exactly the headers in `signed_headers` (";"-separated, lower case, sorted) to
// `out`. `body_hash` is 64 hex digits. kIncompleteSignature when a signed header is absent or the list is not sorted;
// kInvalidSignature when the target cannot be decoded.
Result<void> append_canonical_request(const net::Request& request, std::string_view signed_headers,
                                      std::string_view body_hash, PathNormalization normalization, std::string& out);

// "AWS4-HMAC-SHA256\n<date-time>\n<scope>\n<hex sha256 of the canonical request>"
void append_string_to_sign(std::string_view amz_date, std::string_view scope, std::string_view canonical_request,
                           std::string& out);

}  // namespace coffer::auth
