#include "sts/session_issuer.h"

#include <cstdlib>

#include "sts/access_key_ids.h"
#include "sts/session_rules.h"

namespace coffer::sts {
namespace {

constexpr std::string_view kSecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Result<std::optional<int64_t>> packed_percent(const SessionContents& contents) {
  const int64_t percent = percent_of(packed_size(contents), kMaxPackedSize);
  if (percent == 0) return std::optional<int64_t>();
  if (percent > 100) return packed_policy_too_large(percent);
  return std::optional(percent);
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
