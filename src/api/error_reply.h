// The answers to requests that fail, in AWS's shape. The only place that turns an Error into what a client sees.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace coffer::net {
struct Reply;
}

namespace coffer::api {

// The error as a client may know it: internal codes become InternalServiceError or ServiceUnavailable, both with a
// general text. The text may point into `error`.
ErrorCode public_code(ErrorCode code);
std::string_view public_message(const Error& error);

// The message in valid UTF-8: it may repeat bytes of a header or a path.
std::string valid_text(std::string_view message);

// For what never became a request: a bare HTTP status.
void write_http_error(int status, net::Reply& reply);

}  // namespace coffer::api
