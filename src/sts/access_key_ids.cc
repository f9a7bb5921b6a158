#include "sts/access_key_ids.h"

#include <cstdio>
#include <string>

namespace coffer::sts {
namespace {

constexpr std::string_view kPrefix = "ASIA";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr size_t kSize = 20;
constexpr int kBitsPerDigit = 5;
// The first nine digits have the mark (1 bit), the account (40 bits), and the first of the random bits (4).
constexpr size_t kAccountDigits = 9;
constexpr int kRandomBits = 4;
constexpr uint64_t kMark = uint64_t{1} << 44;
constexpr uint64_t kAccounts = 1'000'000'000'000;

}  // namespace

AccessKeyId draw_temporary_key_id(const AccountId& account, Random& random) {
  const uint64_t number = std::stoull(account.text());
  const uint64_t bits = kMark | number << kRandomBits | random.uniform(1 << kRandomBits);
  std::string id(kPrefix);
  for (size_t digit = kAccountDigits; digit > 0; --digit)
    id.push_back(kAlphabet[bits >> (kBitsPerDigit * (digit - 1)) & 31]);
  id += random.text(kSize - id.size(), kAlphabet);
  return *AccessKeyId::parse(id);
}

std::optional<AccountId> account_of_temporary_key(std::string_view access_key_id) {
  if (access_key_id.size() != kSize || !access_key_id.starts_with(kPrefix)) return std::nullopt;
  uint64_t bits = 0;
  for (const char c : access_key_id.substr(kPrefix.size())) {
    if (!kAlphabet.contains(c)) return std::nullopt;
  }
  for (const char c : access_key_id.substr(kPrefix.size(), kAccountDigits))
    bits = bits << kBitsPerDigit | kAlphabet.find(c);
  const uint64_t number = (bits & (kMark - 1)) >> kRandomBits;
  if ((bits & kMark) == 0 || number >= kAccounts) return std::nullopt;
  char text[16];
  std::snprintf(text, sizeof(text), "%012llu", static_cast<unsigned long long>(number));
  return AccountId::parse(text);
}

}  // namespace coffer::sts
