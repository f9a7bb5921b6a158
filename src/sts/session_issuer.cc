#include "sts/session_issuer.h"

#include <algorithm>
#include <cstdlib>

#include "base/encoding.h"
#include "sts/access_key_ids.h"

namespace coffer::sts {
namespace {

constexpr size_t kMaxPolicyCharacters = 2048;
constexpr std::string_view kSecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t policy_characters(const SessionContents& contents) {
  size_t characters = utf8_length(contents.policy);
  for (const std::string& arn : contents.policy_arns)
    characters += utf8_length(arn);
  return characters;
}

// Rounded up: what takes any room does not take 0 %, and what takes too much takes more than 100 %.
int64_t percent(size_t part, size_t whole) {
  return static_cast<int64_t>((part * 100 + whole - 1) / whole);
}

Result<std::optional<int64_t>> packed_percent(const SessionContents& contents) {
  const int64_t packed = percent(packed_size(contents), kMaxPackedSize);
  if (packed == 0) return std::optional<int64_t>();
  const int64_t largest = std::max(packed, percent(policy_characters(contents), kMaxPolicyCharacters));
  if (largest <= 100) return std::optional(packed);
  return Error{ErrorCode::kPackedPolicyTooLarge,
               "Packed policy consumes " + std::to_string(largest) + "% of allotted space, please use smaller policy."};
}

SecretBytes draw_secret(Random& random) {
  SecretBytes secret(kSecretAccessKeySize);
  const auto bytes = secret.mutable_span(SecretAccess("a fresh secret access key is drawn"));
  random.fill(bytes);
  for (std::byte& byte : bytes)
    byte = static_cast<std::byte>(kSecretAlphabet[std::to_integer<size_t>(byte) % kSecretAlphabet.size()]);
  return secret;
}

}  // namespace

Result<IssuedSession> SessionIssuer::issue(SessionContents contents, Time now, Duration duration) const {
  if (duration > kLongestSession) std::abort();
  COFFER_ASSIGN(const auto packed, packed_percent(contents));
  COFFER_ASSIGN(const SessionKeyPointer key, keys_.sealing_key(now));
  contents.issued = std::chrono::floor<std::chrono::seconds>(now);
  contents.expires = contents.issued + duration;
  contents.secret_access_key = draw_secret(random_);
  AccessKeyId access_key = draw_temporary_key_id(contents.account, random_);
  std::string token = seal_token(contents, access_key, *key, random_);
  return IssuedSession{std::move(access_key), std::move(contents.secret_access_key), std::move(token), contents.expires,
                       packed};
}

}  // namespace coffer::sts
