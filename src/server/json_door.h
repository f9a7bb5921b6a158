// What the two local sockets have in common: JSON in, JSON out, {"error": "one line"} when something is wrong.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "net/message.h"
#include "wire/encoder.h"
#include "wire/value.h"

namespace coffer::server {

// Fills the reply with what `write` encodes.
void reply_json(net::Reply& reply, const std::function<void(wire::JsonEncoder&)>& write);

// {"error": message} with 404 (what is not there), 400 (kUsage, kSerialization), 409 (what must not be as things are),
// 503 (kAborted, kIo, kServiceUnavailable, kTimeout) or 500.
void reply_json_error(net::Reply& reply, const Error& error);

// For Handler::refuse().
void refuse_json(int status, net::Reply& reply);

// A value of an answer as it came; times with milliseconds.
void write_value(const wire::Value& value, wire::JsonEncoder& out);

// One request to a local socket, with a connection of its own; the answer's JSON goes into `answer`. kNotFound when
// nobody listens there, see nobody_answered(); otherwise the code that the status stands for (409:
// kConstraintViolation) and the message of the answer.
struct LocalCall {
  std::string_view method = "GET";
  std::string_view target;
  std::string_view body;
  Duration timeout = std::chrono::seconds(10);
  std::function<bool()> is_given_up{};  // asked several times a second; true: kAborted
};
Result<void> call_local(const std::string& socket, const LocalCall& call, wire::Document& answer);
// Of an error of call_local(): whether there was nobody to say that something is not there.
bool nobody_answered(const Error& error);

// The text member; empty when absent or not a text. So are the others: 0, false, no values.
std::string_view text_member(const wire::Value& value, std::string_view name);
int64_t integer_member(const wire::Value& value, std::string_view name);
bool boolean_member(const wire::Value& value, std::string_view name);
std::span<const wire::Value> list_member(const wire::Value& value, std::string_view name);

}  // namespace coffer::server
