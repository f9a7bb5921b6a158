// The XML around what IAM and STS answer, and their errors:
//
//   <GetUserResponse xmlns="..."><GetUserResult>...</GetUserResult><ResponseMetadata><RequestId>...</RequestId>...
//   <ErrorResponse xmlns="..."><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>...</Message></Error>...
#pragma once

#include <string_view>

#include "base/result.h"
#include "net/message.h"

namespace coffer::api {

// The namespace of errors that the front end makes before it knows which service is meant.
inline constexpr std::string_view kFaultNamespace = "http://webservices.amazon.com/AWSFault/2005-15-09";

struct QueryAnswer {
  std::string_view xml_namespace;
  std::string_view request_id;
};

// Appends what stands in front of an operation's result, and what stands behind it.
void begin_query_answer(const QueryAnswer& answer, std::string_view operation, SecretBuffer& body);
void end_query_answer(const QueryAnswer& answer, std::string_view operation, SecretBuffer& body);

// Replaces whatever the reply holds. Internal codes become ServiceFailure or ServiceUnavailable with a general text.
void write_query_error(const Error& error, const QueryAnswer& answer, net::Reply& reply);

// The same in words of the caller's own.
struct QueryFault {
  int status;
  std::string_view code;
  std::string_view message;  // any bytes
};
void write_query_fault(const QueryFault& fault, const QueryAnswer& answer, net::Reply& reply);

}  // namespace coffer::api
