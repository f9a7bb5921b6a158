#include "base/encoding.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace coffer {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
// Both digits of every byte: one look-up a byte, for hashes on the hot path.
constexpr std::array<char, 512> make_hex_pairs() {
  std::array<char, 512> pairs{};
  for (size_t i = 0; i < 256; ++i) {
    pairs[2 * i] = kHexDigits[i >> 4];
    pairs[2 * i + 1] = kHexDigits[i & 15];
  }
  return pairs;
}
constexpr std::array<char, 512> kHexPairs = make_hex_pairs();

constexpr char kUpperHexDigits[] = "0123456789ABCDEF";
constexpr char kBase64Digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::array<int8_t, 256> make_base64_values() {
  std::array<int8_t, 256> values{};
  for (auto& value : values)
    value = -1;
  for (int i = 0; i < 64; ++i)
    values[static_cast<uint8_t>(kBase64Digits[i])] = static_cast<int8_t>(i);
  return values;
}
constexpr std::array<int8_t, 256> kBase64Values = make_base64_values();

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

void hex_encode(std::span<const std::byte> bytes, char* out) {
  for (std::byte byte : bytes) {
    std::memcpy(out, &kHexPairs[2 * static_cast<size_t>(byte)], 2);
    out += 2;
  }
}

std::string hex_encode(std::span<const std::byte> bytes) {
  std::string text(bytes.size() * 2, '\0');
  hex_encode(bytes, text.data());
  return text;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes(text.size() / 2, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<char>(high * 16 + low);
  }
  return bytes;
}

void base64_encode(std::span<const std::byte> bytes, char* out) {
  size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const uint32_t group = static_cast<uint32_t>(bytes[i]) << 16 | static_cast<uint32_t>(bytes[i + 1]) << 8 |
                           static_cast<uint32_t>(bytes[i + 2]);
    *out++ = kBase64Digits[group >> 18];
    *out++ = kBase64Digits[group >> 12 & 63];
    *out++ = kBase64Digits[group >> 6 & 63];
    *out++ = kBase64Digits[group & 63];
  }
  const size_t rest = bytes.size() - i;
  if (rest == 0) return;
  uint32_t group = static_cast<uint32_t>(bytes[i]) << 16;
  if (rest == 2) group |= static_cast<uint32_t>(bytes[i + 1]) << 8;
  *out++ = kBase64Digits[group >> 18];
  *out++ = kBase64Digits[group >> 12 & 63];
  *out++ = rest == 2 ? kBase64Digits[group >> 6 & 63] : '=';
  *out++ = '=';
}

std::string base64_encode(std::span<const std::byte> bytes) {
  std::string text(base64_size(bytes.size()), '\0');
  base64_encode(bytes, text.data());
  return text;
}

std::optional<SecretBytes> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  size_t padding = 0;
  if (text.ends_with("==")) {
    padding = 2;
  } else if (text.ends_with('=')) {
    padding = 1;
  }
  SecretBytes result(text.size() / 4 * 3 - padding);
  std::span<std::byte> out = result.mutable_span(SecretAccess("base64 is decoded in place"));
  size_t written = 0;
  for (size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    uint32_t group = 0;
    for (size_t j = 0; j < 4; ++j) {
      int value = kBase64Values[static_cast<uint8_t>(text[i + j])];
      if (last && j >= 4 - padding) value = 0;
      if (value < 0) return std::nullopt;
      group = group << 6 | static_cast<uint32_t>(value);
    }
    // The bits that padding leaves over must be zero, or two texts would mean the same bytes.
    if (last && padding == 1 && (group & 0xff) != 0) return std::nullopt;
    if (last && padding == 2 && (group & 0xffff) != 0) return std::nullopt;
    for (size_t j = 0; j < 3 && written < out.size(); ++j)
      out[written++] = static_cast<std::byte>(group >> (16 - 8 * j));
  }
  return result;
}

std::string base64url_encode(std::span<const std::byte> bytes) {
  std::string text = base64_encode(bytes);
  text.resize(text.find_last_not_of('=') + 1);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<SecretBytes> base64url_decode(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string padded(text);
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  padded.append((4 - text.size() % 4) % 4, '=');
  auto decoded = base64_decode(padded);
  wipe(padded.data(), padded.size());
  return decoded;
}

void percent_encode(std::string_view text, bool keep_slash, std::string& out) {
  for (char c : text) {
    if (is_unreserved(c) || (keep_slash && c == '/')) {
      out.push_back(c);
    } else {
      const auto value = static_cast<uint8_t>(c);
      out.push_back('%');
      out.push_back(kUpperHexDigits[value >> 4]);
      out.push_back(kUpperHexDigits[value & 15]);
    }
  }
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    result.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return result;
}

bool is_valid_utf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<uint8_t>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    size_t length;
    uint32_t code_point;
    if (lead >= 0xc2 && lead <= 0xdf) {
      length = 2;
      code_point = lead & 0x1fu;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      length = 3;
      code_point = lead & 0x0fu;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      length = 4;
      code_point = lead & 0x07u;
    } else {
      return false;
    }
    if (text.size() - i < length) return false;
    for (size_t j = 1; j < length; ++j) {
      const auto next = static_cast<uint8_t>(text[i + j]);
      if ((next & 0xc0) != 0x80) return false;
      code_point = code_point << 6 | (next & 0x3fu);
    }
    if (length == 3 && (code_point < 0x800 || (code_point >= 0xd800 && code_point <= 0xdfff))) return false;
    if (length == 4 && (code_point < 0x10000 || code_point > 0x10ffff)) return false;
    i += length;
  }
  return true;
}

size_t utf8_length(std::string_view text) {
  size_t length = 0;
  for (char c : text)
    length += (static_cast<uint8_t>(c) & 0xc0) != 0x80;
  return length;
}

}  // namespace coffer
