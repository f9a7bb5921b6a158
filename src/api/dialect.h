// Which dialect of AWS's protocols a request speaks. Told by the request alone, before anybody is known, so that every
// refusal comes in words that its sender can read.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "net/message.h"

namespace coffer::api {

// kJson: JSON 1.1, the operation in X-Amz-Target. kQuery: a form, the operation in its Action, the answer in XML.
enum class Dialect : uint8_t { kJson, kQuery };

// A request for an operation: POST / with JSON or a form, or GET / with the form as query string.
struct Call {
  Dialect dialect;
  std::string_view content;  // JSON, or form text; a view into the request
};

// nullopt for any other path and method. X-Amz-Target makes it JSON, whatever the content type says, which clients that
// are no SDKs leave to their HTTP library.
std::optional<Call> call_of(const net::Request& request);

// Of answers; a literal.
std::string_view content_type(Dialect dialect);

}  // namespace coffer::api
