// AWS's published test vectors (one folder each, as in aws-c-auth), read from the folder that COFFER_SIGV4_VECTORS
// names. Each step is compared on its own, so that a failure says which one diverges.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "auth/canonical_request.h"
#include "auth/sigv4.h"
#include "base/encoding.h"
#include "base/time_text.h"

namespace coffer::auth {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// An HTTP request as the vectors write it: lines end in \n, values may be folded over several lines.
struct TextRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  explicit TextRequest(std::string_view text) {
    const size_t line = text.find('\n');
    std::string_view first = text.substr(0, line);
    text.remove_prefix(line + 1);
    method = first.substr(0, first.find(' '));
    target = first.substr(method.size() + 1, first.rfind(" HTTP/") - method.size() - 1);
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      const std::string_view header = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (header.empty()) break;
      if (header.front() == ' ') {
        headers.back().second.append("\n").append(header);
      } else {
        const size_t colon = header.find(':');
        headers.emplace_back(header.substr(0, colon), header.substr(colon + 1));
      }
    }
    body = text;
  }

  std::vector<net::Header> views() const {
    std::vector<net::Header> views;
    for (const auto& [name, value] : headers)
      views.push_back({name, value});
    return views;
  }

  std::string header(std::string_view name) const {
    for (const auto& [candidate, value] : headers) {
      if (net::header_name_equals(candidate, name)) return value;
    }
    return {};
  }
};

std::shared_ptr<const Credential> example_credential(std::shared_ptr<const Session> session) {
  Caller caller;
  caller.session = std::move(session);
  return std::make_shared<const Credential>(caller, SecretBytes::copy_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                                            KeyState::kActive);
}

// The key of the vectors: a temporary one if the request has a token, else a long-term one.
class OneKey final : public CredentialSource {
 public:
  Result<std::shared_ptr<const Credential>> find(const ClaimedCredential& claimed) const override {
    if (claimed.access_key_id != "AKIDEXAMPLE") return std::shared_ptr<const Credential>();
    return claimed.session_token ? temporary_ : long_term_;
  }

 private:
  std::shared_ptr<const Credential> long_term_ = example_credential(nullptr);
  std::shared_ptr<const Credential> temporary_ = example_credential(std::make_shared<const Session>());
};

void check_vector(const std::filesystem::path& folder) {
  SCOPED_TRACE(folder.filename().string());
  const bool keep = read(folder / "context.json").find("\"normalize\": false") != std::string::npos;
  const PathNormalization normalization = keep ? PathNormalization::kKeep : PathNormalization::kNormalize;
  const TextRequest text(read(folder / "header-signed-request.txt"));
  std::vector<net::Header> headers = text.views();
  net::Request request{.method = text.method, .target = text.target, .headers = headers, .body = text.body};

  const std::string header = text.header("authorization");
  const Result<Authorization> authorization = parse_authorization(header);
  ASSERT_TRUE(authorization.ok());
  const std::string canonical_expected = read(folder / "header-canonical-request.txt");
  std::string canonical;
  ASSERT_TRUE(append_canonical_request(request, authorization->signed_headers,
                                       canonical_expected.substr(canonical_expected.rfind('\n') + 1), normalization,
                                       canonical)
                  .ok());
  EXPECT_EQ(canonical, canonical_expected);

  std::string to_sign;
  append_string_to_sign("20150830T123600Z", "20150830/us-east-1/service/aws4_request", canonical, to_sign);
  EXPECT_EQ(to_sign, read(folder / "header-string-to-sign.txt"));

  const OneKey keys;
  const std::string signature = read(folder / "header-signature.txt");
  const auto key = (*keys.find({"AKIDEXAMPLE", {}, Time()}))->signing_key("20150830", "us-east-1", "service");
  EXPECT_EQ(hex_encode(key->sign(to_sign)), signature);
  EXPECT_EQ(authorization->signature, signature);

  const VerifyOptions options{.scope = {.region = "us-east-1", .service = "service"}, .normalization = normalization};
  const Time now = *parse_iso_basic("20150830T123600Z");
  const auto verified = verify(request, options, keys, now);
  EXPECT_TRUE(verified.ok()) << verified.error().message;

  // Our own signer must come to the same header from the same headers.
  std::vector<net::Header> signed_headers;
  for (const net::Header& candidate : headers) {
    const bool unsigned_token = !authorization->signed_headers.ends_with("token");
    if (net::header_name_equals(candidate.name, "authorization")) continue;
    if (unsigned_token && net::header_name_equals(candidate.name, "x-amz-security-token")) continue;
    signed_headers.push_back(candidate);
  }
  const SigningRequest signing{
      .method = text.method, .target = text.target, .headers = signed_headers, .body = text.body};
  EXPECT_EQ(sign(signing, "AKIDEXAMPLE", SecretBytes::copy_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                 options.scope, now, normalization),
            header);
}

TEST(SigV4Vectors, EveryPublishedVectorIsReproduced) {
  const char* folder = std::getenv("COFFER_SIGV4_VECTORS");
  if (folder == nullptr) GTEST_SKIP() << "COFFER_SIGV4_VECTORS does not name the folder of AWS's vectors";
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!std::filesystem::exists(entry.path() / "header-canonical-request.txt")) continue;
    check_vector(entry.path());
    ++count;
  }
  EXPECT_GE(count, 38u);
}

}  // namespace
}  // namespace coffer::auth
