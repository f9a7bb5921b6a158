#include "server/json_door.h"

#include "net/http_client.h"
#include "wire/json.h"

namespace coffer::server {
namespace {

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kAccountNotFound:
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kUsage:
    case ErrorCode::kSerialization:
      return 400;
    case ErrorCode::kAccountAlreadyClosed:
    case ErrorCode::kConcurrentModification:
    case ErrorCode::kConflict:
    case ErrorCode::kConstraintViolation:
      return 409;
    case ErrorCode::kAborted:
    case ErrorCode::kIo:
    case ErrorCode::kServiceUnavailable:
    case ErrorCode::kTimeout:
      return 503;
    default:
      return 500;
  }
}

constexpr std::string_view kNobody = "nobody answers at ";

ErrorCode code_of(int status) {
  switch (status) {
    case 400:
      return ErrorCode::kUsage;
    case 409:
      return ErrorCode::kConstraintViolation;
    case 404:
      return ErrorCode::kNotFound;
    case 503:
      return ErrorCode::kIo;
    default:
      return ErrorCode::kInternalServiceError;
  }
}

}  // namespace

void reply_json(net::Reply& reply, const std::function<void(wire::JsonEncoder&)>& write) {
  reply.status = 200;
  reply.content_type = "application/json";
  reply.body.clear();
  wire::JsonEncoder encoder(reply.body);
  write(encoder);
}

void reply_json_error(net::Reply& reply, const Error& error) {
  reply_json(reply, [&error](wire::JsonEncoder& out) {
    out.begin_object();
    out.key("error");
    out.string(error.message);
    out.end_object();
  });
  reply.status = status_of(error.code);
}

void refuse_json(int status, net::Reply& reply) {
  reply_json_error(reply, Error{ErrorCode::kUsage, "the request was refused"});
  reply.status = status;
}

Result<void> call_local(const std::string& socket, const LocalCall& call, wire::Document& answer) {
  net::ClientOptions options;
  options.unix_path = socket;
  options.is_given_up = call.is_given_up;
  const auto client = net::HttpClient::make(options);
  net::ClientRequest request;
  request.method = call.method;
  request.target = call.target;
  request.headers = {{"content-type", "application/json"}};
  request.body = call.body;
  auto response = client->send(request, call.timeout);
  const bool is_over =
      !response.ok() && (response.error().code == ErrorCode::kTimeout || response.error().code == ErrorCode::kAborted);
  if (is_over) return response.error();
  if (!response.ok()) return Error{ErrorCode::kNotFound, std::string(kNobody) + socket};
  COFFER_TRY(wire::parse_json(response->body.view(), wire::JsonLimits{}, answer));
  if (response->status == 200) return {};
  const std::string message(text_member(answer.root(), "error"));
  return Error{code_of(response->status), message.empty() ? "no answer from " + socket : message};
}

void write_value(const wire::Value& value, wire::JsonEncoder& out) {
  switch (value.kind()) {
    case wire::Kind::kObject:
      out.begin_object();
      for (const wire::Member& member : value.as_object()) {
        out.key(member.name);
        write_value(member.value, out);
      }
      return out.end_object();
    case wire::Kind::kList:
      out.begin_list();
      for (const wire::Value& item : value.as_list())
        write_value(item, out);
      return out.end_list();
    case wire::Kind::kString:
      return out.string(value.as_string());
    case wire::Kind::kInteger:
      return out.integer(value.as_integer());
    case wire::Kind::kBoolean:
      return out.boolean(value.as_boolean());
    case wire::Kind::kReal:
      return out.time(Time(Duration(static_cast<int64_t>(value.as_real() * 1000))));
    case wire::Kind::kNull:
      return out.string("");
  }
}

bool nobody_answered(const Error& error) {
  return error.code == ErrorCode::kNotFound && error.message.starts_with(kNobody);
}

std::string_view text_member(const wire::Value& value, std::string_view name) {
  const wire::Value* member = value.find(name);
  return member != nullptr && member->kind() == wire::Kind::kString ? member->as_string() : std::string_view();
}

bool boolean_member(const wire::Value& value, std::string_view name) {
  const wire::Value* member = value.find(name);
  return member != nullptr && member->kind() == wire::Kind::kBoolean && member->as_boolean();
}

std::span<const wire::Value> list_member(const wire::Value& value, std::string_view name) {
  const wire::Value* member = value.find(name);
  if (member == nullptr || member->kind() != wire::Kind::kList) return {};
  return member->as_list();
}

int64_t integer_member(const wire::Value& value, std::string_view name) {
  const wire::Value* member = value.find(name);
  return member != nullptr && member->kind() == wire::Kind::kInteger ? member->as_integer() : 0;
}

}  // namespace coffer::server
