#include "api/dialect.h"

namespace coffer::api {
namespace {

// With parameters, such as "; charset=utf-8", or without.
bool is_form(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t'))
    type.remove_suffix(1);
  return net::header_name_equals(type, "application/x-www-form-urlencoded");
}

}  // namespace

std::optional<Call> call_of(const net::Request& request) {
  if (request.method == "GET" && request.target.starts_with("/?")) {
    return Call{Dialect::kQuery, request.target.substr(2)};
  }
  if (request.method != "POST" || request.target != "/") return std::nullopt;
  const bool is_json = request.header("x-amz-target") || !is_form(request.header("content-type").value_or(""));
  return Call{is_json ? Dialect::kJson : Dialect::kQuery, request.body};
}

std::string_view content_type(Dialect dialect) {
  return dialect == Dialect::kJson ? "application/x-amz-json-1.1" : "text/xml";
}

}  // namespace coffer::api
