#include "services/secretsmanager/testing/wire_rules.h"

#include <algorithm>
#include <boost/json.hpp>

namespace coffer::secretsmanager::testing {
namespace {

namespace json = boost::json;

// The exceptions of AWS's model (service-2.json). Their only member is Message.
constexpr std::string_view kModelled[] = {
    "DecryptionFailure",           "EncryptionFailure",
    "InternalServiceError",        "InvalidNextTokenException",
    "InvalidParameterException",   "InvalidRequestException",
    "LimitExceededException",      "MalformedPolicyDocumentException",
    "PreconditionNotMetException", "PublicPolicyException",
    "ResourceExistsException",     "ResourceNotFoundException",
};

bool is_uuid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::ranges::equal(text, kForm, [](char c, char form) {
    if (form == '-') return c == '-';
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Seconds since 1970, with milliseconds or without.
bool is_timestamp(std::string_view number) {
  const size_t point = number.find('.');
  if (point == std::string_view::npos) return is_digits(number);
  const std::string_view fraction = number.substr(point + 1);
  return is_digits(number.substr(0, point)) && is_digits(fraction) && fraction.size() <= 3;
}

class Rules {
 public:
  explicit Rules(const net::ClientResponse& response) : response_(response), body_(response.body.view()) {}

  std::vector<std::string> check() {
    check_headers();
    check_body();
    return std::move(breaches_);
  }

 private:
  void breach(std::string text) { breaches_.push_back(std::move(text)); }

  void check_headers() {
    const std::string type = header_of(response_, "content-type");
    if (type != "application/x-amz-json-1.1") breach("Content-Type is '" + type + "'");
    const std::string id = header_of(response_, "x-amzn-requestid");
    if (!is_uuid(id)) breach("x-amzn-RequestId is '" + id + "'");
    if (header_of(response_, "date").empty()) breach("there is no Date");
  }

  void check_body() {
    if (body_.empty()) {
      if (response_.status != 200) breach("an error without a body");
      return;
    }
    json::error_code error;
    const json::value value = json::parse(body_, error);
    if (error || !value.is_object()) return breach("the body is not a JSON object: " + std::string(body_));
    check_value(value, "");
    check_timestamps();
    response_.status == 200 ? check_success(value.as_object()) : check_error(value.as_object());
  }

  void check_value(const json::value& value, const std::string& path) {
    if (value.is_null()) breach(path + " is null");
    if (value.is_string() && value.as_string().empty() && !path.ends_with(".Tags[].Value")) breach(path + " is \"\"");
    if (value.is_object()) {
      for (const auto& [key, member] : value.as_object())
        check_value(member, path + "." + std::string(key));
    }
    if (value.is_array()) {
      for (const json::value& item : value.as_array())
        check_value(item, path + "[]");
    }
  }

  // In the text itself, because a parsed number no longer tells its digits. Inside a string the quote has a backslash.
  void check_timestamps() {
    constexpr std::string_view kEnd = "Date\":";
    for (size_t at = body_.find(kEnd); at != body_.npos; at = body_.find(kEnd, at + 1)) {
      const size_t begin = at + kEnd.size();
      const std::string_view number = body_.substr(begin, body_.find_first_of(",}", begin) - begin);
      if (!is_timestamp(number)) breach("a date is " + std::string(number));
    }
  }

  void check_success(const json::object& body) {
    if (body.contains("__type")) breach("a success with __type");
  }

  void check_error(const json::object& body) {
    const json::value* const type = body.if_contains("__type");
    if (type == nullptr || !type->is_string()) return breach("an error without __type");
    const std::string_view name(type->as_string());
    if (name.find_first_of("#:/") != name.npos) breach("__type is not bare: " + std::string(name));
    const bool modelled = std::ranges::find(kModelled, name) != std::end(kModelled);
    for (const auto& [key, value] : body) {
      const bool is_text = key == "Message" || (key == "message" && !modelled);
      if (key != "__type" && !is_text) breach(std::string(name) + " has a member " + std::string(key));
      if (is_text && !value.is_string()) breach("the text of " + std::string(name) + " is none");
    }
    if (body.size() > 2) breach(std::string(name) + " has more than one text");
  }

  const net::ClientResponse& response_;
  const std::string_view body_;
  std::vector<std::string> breaches_;
};

}  // namespace

std::vector<std::string> wire_breaches(const net::ClientResponse& response) {
  return Rules(response).check();
}

std::string header_of(const net::ClientResponse& response, std::string_view lower_case_name) {
  for (const auto& [name, value] : response.headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

}  // namespace coffer::secretsmanager::testing
