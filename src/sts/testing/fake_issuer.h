// An OIDC provider in memory: makes tokens, and gives its keys to whoever fetches them, or fails.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/encoding.h"
#include "crypto/testing/test_signer.h"
#include "sts/key_fetcher.h"

namespace coffer::sts::testing {

inline std::string base64url(std::string_view text) {
  return base64url_encode(std::as_bytes(std::span(text)));
}

inline std::string_view algorithm_name(crypto::SignatureAlgorithm algorithm) {
  return algorithm == crypto::SignatureAlgorithm::kRs256 ? "RS256" : "ES256";
}

// A token of these texts, signed by the signer.
inline std::string sign_token(std::string_view header, std::string_view claims,
                              const crypto::testing::TestSigner& signer) {
  const std::string signed_part = base64url(header) + "." + base64url(claims);
  return signed_part + "." + base64url(signer.sign(signed_part));
}

// "exp":..., "iat":... of a token that is good for an hour.
inline std::string times(Time now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  return R"("iat":)" + std::to_string(seconds) + R"(,"exp":)" + std::to_string(seconds + 3600);
}

class FakeIssuer final : public KeyFetcher {
 public:
  explicit FakeIssuer(std::string url, crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::kEs256)
      : url_(std::move(url)), signer_(algorithm) {}

  // `more`: further claims, each with a comma before it.
  std::string token(Time now, std::string_view more = "", std::string_view audience = "sts.amazonaws.com") const {
    std::string claims = R"({"iss":")" + url_ + R"(","sub":"system:serviceaccount:prod:app","aud":")" +
                         std::string(audience) + "\"," + times(now);
    return sign(claims.append(more).append("}"));
  }
  std::string sign(std::string_view claims) const {
    const std::string header =
        R"({"alg":")" + std::string(algorithm_name(signer_.algorithm())) + R"(","kid":")" + key_id + R"("})";
    return sign_token(header, claims, signer_);
  }

  Result<std::vector<JsonWebKey>> fetch(std::string_view issuer) const override {
    ++fetches;
    if (during_fetch) during_fetch();
    if (failure) return *failure;
    if (issuer != url_) return Error{ErrorCode::kIo, "there is no such host"};
    return std::vector<JsonWebKey>{{key_id, signer_.public_key()}};
  }

  const crypto::testing::TestSigner& signer() const { return signer_; }
  const std::string& url() const { return url_; }

  std::string key_id = "key-1";
  std::optional<Error> failure;
  std::function<void()> during_fetch;
  mutable std::atomic<int> fetches = 0;

 private:
  const std::string url_;
  const crypto::testing::TestSigner signer_;
};

}  // namespace coffer::sts::testing
