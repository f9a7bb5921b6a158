// Signatures: everything here is read before anybody is known. No input may be accepted unless our own signer made it,
// and no refusal may repeat a signature.
//
// Input: lines. The first is the target, the second the Authorization header; the others are headers "name:value" until
// an empty line; the rest is the body.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "auth/sigv4.h"
#include "base/time_text.h"

using namespace coffer;

namespace {

constexpr std::string_view kKeyId = "AKIAIOSFODNN7EXAMPLE";

class OneKey final : public auth::CredentialSource {
 public:
  Result<std::shared_ptr<const auth::Credential>> find(const auth::ClaimedCredential& claimed) const override {
    return claimed.access_key_id == kKeyId ? credential_ : nullptr;
  }

 private:
  // Unknown to the fuzzer's corpus, so a valid signature cannot be an accident.
  std::shared_ptr<const auth::Credential> credential_ = std::make_shared<const auth::Credential>(
      auth::Caller(), SecretBytes::copy_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), auth::KeyState::kActive);
};

std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const OneKey keys;
  static const SecretBytes secret = SecretBytes::copy_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  static const Time now = *parse_iso_basic("20150830T123600Z");
  constexpr auth::ExpectedScope kScope = {.region = "us-east-1", .service = "secretsmanager"};

  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view target = take_line(text);
  const std::string_view authorization = take_line(text);
  std::vector<net::Header> headers;
  for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
    const size_t colon = line.find(':');
    if (colon == line.npos) continue;
    headers.push_back({line.substr(0, colon), line.substr(colon + 1)});
  }
  net::Request request{.method = "POST", .target = target, .headers = headers, .body = text};

  (void)auth::parse_authorization(authorization);

  // What we sign, we accept, or refuse for a reason other than the signature.
  for (const auto normalization : {auth::PathNormalization::kNormalize, auth::PathNormalization::kKeep}) {
    const auth::VerifyOptions options{.scope = kScope, .normalization = normalization};
    std::vector<net::Header> signed_headers = headers;
    signed_headers.push_back({"Host", "localhost"});
    signed_headers.push_back({"X-Amz-Date", "20150830T123600Z"});
    const auth::SigningRequest signing{.target = target, .headers = signed_headers, .body = text};
    const std::string signature = auth::sign(signing, kKeyId, secret, kScope, now, normalization);
    std::vector<net::Header> complete = {{"Authorization", signature}};
    complete.insert(complete.end(), signed_headers.begin(), signed_headers.end());
    request.headers = complete;
    const auto accepted = auth::verify(request, options, keys, now);
    if (!accepted.ok() && accepted.error().message.starts_with("The request signature we calculated")) std::abort();

    // And what the input claims is no signature of ours.
    complete[0].value = authorization;
    if (auth::verify(request, options, keys, now).ok()) std::abort();
  }
  return 0;
}
