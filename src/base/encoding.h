// Hexadecimal, base64 (RFC 4648, padded) and percent encoding (RFC 3986 as SigV4 wants it), UTF-8 validation.
// Decoders are strict: one character out of place is an error, never skipped.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/secret_bytes.h"

namespace coffer {

// Lower case. `out` has room for 2 * bytes.size() characters.
void hex_encode(std::span<const std::byte> bytes, char* out);
std::string hex_encode(std::span<const std::byte> bytes);
// Either case. nullopt when the length is odd or a character is not a digit.
std::optional<std::string> hex_decode(std::string_view text);

// `out` has room for base64_size(bytes.size()) characters.
constexpr size_t base64_size(size_t size) {
  return (size + 2) / 3 * 4;
}
void base64_encode(std::span<const std::byte> bytes, char* out);
std::string base64_encode(std::span<const std::byte> bytes);
// nullopt unless `text` is canonical padded base64.
std::optional<SecretBytes> base64_decode(std::string_view text);

// RFC 4648's alphabet for URLs, without padding: what JSON Web Tokens are made of. Canonical text only, as above.
std::string base64url_encode(std::span<const std::byte> bytes);
std::optional<SecretBytes> base64url_decode(std::string_view text);

// Encodes everything but A-Z a-z 0-9 - . _ ~ as %XX (upper case); '/' stays when `keep_slash`.
void percent_encode(std::string_view text, bool keep_slash, std::string& out);
// nullopt on a broken escape. '+' stays '+'.
std::optional<std::string> percent_decode(std::string_view text);

bool is_valid_utf8(std::string_view text);
// Code points in valid UTF-8.
size_t utf8_length(std::string_view text);

}  // namespace coffer
