#include "net/reply_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace coffer::net {
namespace {

constexpr std::string_view kDefaultType = "application/json";

void append_number(size_t number, SecretBuffer& out) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append({digits.data(), static_cast<size_t>(end - digits.data())});
}

void append_value(std::string_view value, SecretBuffer& out) {
  char* written = out.extend(value.size());
  std::transform(value.begin(), value.end(), written,
                 [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t' ? ' ' : c; });
}

bool has_no_body(int status) {
  return status == 204 || status == 304;
}

}  // namespace

void DateLine::update(Time now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (second == second_ && !text_.empty()) return;
  second_ = second;
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(second - day);
  std::array<char, 64> line;
  const int size = std::snprintf(line.data(), line.size(), "date: %s, %02u %s %04d %02d:%02d:%02d GMT\r\n",
                                 kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                                 kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                                 static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                                 static_cast<int>(time.seconds().count()));
  text_.assign(line.data(), static_cast<size_t>(size));
}

void write_reply(const Reply& reply, std::string_view date_line, Persistence persistence, BodyRule rule,
                 SecretBuffer& out) {
  out.reserve(out.size() + reply.body.size() + 512);
  if (reply.status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
  } else {
    out.append("HTTP/1.1 ");
    append_number(static_cast<size_t>(reply.status), out);
    out.push_back(' ');
    out.append(reason_phrase(reply.status));
    out.append("\r\n");
  }
  out.append(date_line);
  if (!has_no_body(reply.status)) {
    if (!reply.content_type.empty() || !reply.body.empty()) {
      out.append("content-type: ");
      append_value(reply.content_type.empty() ? kDefaultType : reply.content_type, out);
      out.append("\r\n");
    }
    out.append("content-length: ");
    append_number(reply.body.size(), out);
    out.append("\r\n");
  }
  for (const auto& [name, value] : reply.headers) {
    append_value(name, out);
    out.append(": ");
    append_value(value, out);
    out.append("\r\n");
  }
  out.append(persistence == Persistence::kClose ? "connection: close\r\n\r\n" : "\r\n");
  if (rule == BodyRule::kSend && !has_no_body(reply.status)) out.append(reply.body.view());
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Payload Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Unknown";
  }
}

}  // namespace coffer::net
