#include "api/error_reply.h"

#include <string>

#include "api/dialect.h"
#include "api/front_door.h"
#include "base/encoding.h"
#include "base/log.h"
#include "net/message.h"
#include "wire/encoder.h"

namespace coffer::api {
namespace {

constexpr std::string_view kInternalText = "An error occurred on the server side.";
constexpr std::string_view kUnavailableText = "The service is temporarily unavailable. Try again.";

// AWS's front end, which knows no models, writes "message"; errors of the service's model have a member "Message", and
// the authorizer follows the model.
std::string_view message_key(ErrorCode code) {
  switch (code) {
    case ErrorCode::kExpiredToken:
    case ErrorCode::kIncompleteSignature:
    case ErrorCode::kInvalidSignature:
    case ErrorCode::kMissingAuthenticationToken:
    case ErrorCode::kSerialization:
    case ErrorCode::kThrottling:
    case ErrorCode::kUnknownOperation:
    case ErrorCode::kUnrecognizedClient:
    case ErrorCode::kValidation:
      return "message";
    default:
      return "Message";
  }
}

void write(int status, std::string_view type, std::string_view key, std::string_view message, net::Reply& reply) {
  reply.status = status;
  reply.content_type = content_type(Dialect::kJson);
  reply.body.clear();
  wire::JsonEncoder encoder(reply.body);
  encoder.begin_object();
  encoder.key("__type");
  encoder.string(type);
  if (!message.empty()) {
    encoder.key(key);
    encoder.string(valid_text(message));
  }
  encoder.end_object();
}

}  // namespace

ErrorCode public_code(ErrorCode code) {
  if (is_wire_error(code)) return code;
  return http_status(code) == 503 ? ErrorCode::kServiceUnavailable : ErrorCode::kInternalServiceError;
}

std::string_view public_message(const Error& error) {
  const ErrorCode code = public_code(error.code);
  if (code == ErrorCode::kInternalServiceError) return kInternalText;
  if (code == ErrorCode::kServiceUnavailable) return kUnavailableText;
  return error.message;
}

std::string valid_text(std::string_view message) {
  std::string text(message);
  if (is_valid_utf8(text)) return text;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return text;
}

void write_error(const Error& error, net::Reply& reply) {
  const ErrorCode code = public_code(error.code);
  write(http_status(code), error_name(code), message_key(code), public_message(error), reply);
}

void write_http_error(int status, net::Reply& reply) {
  switch (status) {
    case 404:
      return write(
          status, "UnknownOperationException", "message",
          "Requests are POST / with X-Amz-Target, or with a form that has Action and Version. GET /health tells "
          "whether the server is up.",
          reply);
    case 408:
      return write(status, "RequestTimeoutException", "message", "The request took too long to arrive.", reply);
    case 413:
      return write(status, "RequestEntityTooLargeException", "message", "The request body is too large.", reply);
    case 431:
      return write(status, "RequestHeaderSectionTooLarge", "message", "The request's headers are too large.", reply);
    case 503:
      return write_error({ErrorCode::kServiceUnavailable, {}}, reply);
    default:
      return write(status, "MalformedHttpRequestException", "message", "The request is not valid HTTP/1.1.", reply);
  }
}

}  // namespace coffer::api
