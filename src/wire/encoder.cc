#include "wire/encoder.h"

#include <charconv>
#include <cstring>

#include "base/encoding.h"

namespace coffer::wire {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x8080808080808080;

// Nonzero when one of the eight bytes is a control character, a quote or a backslash.
uint64_t special_bytes(uint64_t word) {
  const uint64_t control = (word - kOnes * 0x20) & ~word;
  const uint64_t quote = word ^ (kOnes * '"');
  const uint64_t backslash = word ^ (kOnes * '\\');
  return (control | ((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash)) & kHighs;
}

bool is_special(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// How many characters at the front of `text` need no escape.
size_t plain_run(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if (special_bytes(word) != 0) break;
  }
  while (i < text.size() && !is_special(text[i]))
    ++i;
  return i;
}

void append_escape(char c, SecretBuffer& out) {
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      break;
  }
  const auto byte = static_cast<std::byte>(c);
  out.append("\\u00");
  hex_encode(std::span(&byte, 1), out.extend(2));
}

void append_quoted(std::string_view text, SecretBuffer& out) {
  size_t run = plain_run(text);
  if (run == text.size()) {
    char* at = out.extend(run + 2);
    *at = '"';
    if (run != 0) std::memcpy(at + 1, text.data(), run);
    at[run + 1] = '"';
    return;
  }
  out.reserve(out.size() + text.size() + text.size() / 8 + 2);
  out.push_back('"');
  while (true) {
    out.append(text.substr(0, run));
    text.remove_prefix(run);
    if (text.empty()) break;
    append_escape(text.front(), out);
    text.remove_prefix(1);
    run = plain_run(text);
  }
  out.push_back('"');
}

}  // namespace

void JsonEncoder::separate() {
  if (needs_comma_) out_.push_back(',');
  needs_comma_ = true;
}

void JsonEncoder::begin_object() {
  separate();
  out_.push_back('{');
  needs_comma_ = false;
}

void JsonEncoder::key(std::string_view name) {
  separate();
  append_quoted(name, out_);
  out_.push_back(':');
  needs_comma_ = false;
}

void JsonEncoder::end_object() {
  out_.push_back('}');
  needs_comma_ = true;
}

void JsonEncoder::begin_list() {
  separate();
  out_.push_back('[');
  needs_comma_ = false;
}

void JsonEncoder::end_list() {
  out_.push_back(']');
  needs_comma_ = true;
}

void JsonEncoder::string(std::string_view value) {
  separate();
  append_quoted(value, out_);
}

void JsonEncoder::integer(int64_t value) {
  separate();
  char text[24];
  out_.append({text, std::to_chars(text, text + sizeof(text), value).ptr});
}

void JsonEncoder::boolean(bool value) {
  separate();
  out_.append(value ? "true" : "false");
}

void JsonEncoder::time(Time value) {
  separate();
  // In integers throughout: a double would print 1523477145.713 as 1523477145.7130001.
  const int64_t count = value.time_since_epoch().count();
  if (count < 0) out_.push_back('-');
  const uint64_t milliseconds = count < 0 ? uint64_t{0} - static_cast<uint64_t>(count) : static_cast<uint64_t>(count);
  char text[32];
  char* end = std::to_chars(text, text + 24, milliseconds / 1000).ptr;
  const auto fraction = static_cast<int>(milliseconds % 1000);
  if (fraction != 0) {
    *end++ = '.';
    *end++ = static_cast<char>('0' + fraction / 100);
    *end++ = static_cast<char>('0' + fraction / 10 % 10);
    *end++ = static_cast<char>('0' + fraction % 10);
    while (end[-1] == '0')
      --end;
  }
  out_.append({text, end});
}

void JsonEncoder::secret_string(const SecretBytes& value) {
  separate();
  append_quoted(value.view(SecretAccess("the caller is entitled to the value: it goes into the answer")), out_);
}

void JsonEncoder::secret_blob(const SecretBytes& value) {
  separate();
  const size_t size = base64_size(value.size());
  char* at = out_.extend(size + 2);
  at[0] = '"';
  base64_encode(value.span(SecretAccess("the caller is entitled to the value: it goes into the answer")), at + 1);
  at[size + 1] = '"';
}

}  // namespace coffer::wire
