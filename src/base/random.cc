#include "base/random.h"

#include <array>

#include "base/encoding.h"

namespace coffer {

uint32_t Random::uniform(uint32_t bound) {
  // Rejection sampling: draw again in the incomplete last interval.
  const uint32_t limit = UINT32_MAX - UINT32_MAX % bound;
  uint32_t drawn;
  do {
    fill(std::as_writable_bytes(std::span(&drawn, 1)));
  } while (drawn >= limit);
  return drawn % bound;
}

std::string Random::uuid() {
  std::array<std::byte, 16> bytes;
  fill(bytes);
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  char text[36];
  char* out = text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
    hex_encode(std::span(&bytes[i], 1), out);
    out += 2;
  }
  return std::string(text, sizeof(text));
}

std::string Random::text(size_t length, std::string_view alphabet) {
  std::string result(length, '\0');
  for (char& c : result)
    c = alphabet[uniform(static_cast<uint32_t>(alphabet.size()))];
  return result;
}

void SeededRandom::fill(std::span<std::byte> out) {
  // splitmix64
  for (std::byte& byte : out) {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    byte = static_cast<std::byte>(z ^ (z >> 31));
  }
}

}  // namespace coffer
