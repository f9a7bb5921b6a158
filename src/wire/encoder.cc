#include "wire/encoder.h"

#include <array>
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

// What a byte becomes: 0 for itself, 'u' for \u00xx, otherwise the character behind the backslash.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> escapes{};
  for (size_t i = 0; i < 0x20; ++i)
    escapes[i] = 'u';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  return escapes;
}
constexpr std::array<char, 256> kEscapes = make_escapes();

char escape_of(char c) {
  return kEscapes[static_cast<unsigned char>(c)];
}

// How many characters at the front of `text` need no escape.
size_t plain_run(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if (special_bytes(word) != 0) break;
  }
  while (i < text.size() && escape_of(text[i]) == 0)
    ++i;
  return i;
}

size_t escaped_size(std::string_view text) {
  size_t size = text.size();
  for (char c : text) {
    const char escape = escape_of(c);
    size += static_cast<size_t>(escape != 0) + static_cast<size_t>(escape == 'u') * 4;
  }
  return size;
}

char* write_escaped(std::string_view text, char* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (char c : text) {
    const char escape = escape_of(c);
    if (escape == 0) {
      *out++ = c;
      continue;
    }
    *out++ = '\\';
    *out++ = escape;
    if (escape != 'u') continue;
    *out++ = '0';
    *out++ = '0';
    *out++ = kDigits[static_cast<unsigned char>(c) >> 4];
    *out++ = kDigits[c & 15];
  }
  return out;
}

// In one piece of memory: room is made once, also for text full of quotes such as JSON inside JSON.
void append_quoted(std::string_view text, SecretBuffer& out) {
  const size_t run = plain_run(text);
  const std::string_view rest = text.substr(run);
  char* at = out.extend(run + (rest.empty() ? 0 : escaped_size(rest)) + 2);
  *at++ = '"';
  if (run != 0) std::memcpy(at, text.data(), run);
  at = write_escaped(rest, at + run);
  *at = '"';
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
