#include "auth/sigv4.h"

#include <gtest/gtest.h>

#include "auth/canonical_request.h"
#include "base/encoding.h"
#include "base/time_text.h"

namespace coffer::auth {
namespace {

constexpr std::string_view kKeyId = "AKIAIOSFODNN7EXAMPLE";
constexpr std::string_view kTemporaryKeyId = "ASIAIOSFODNN7EXAMPLE";
constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr ExpectedScope kScope = {.region = "us-east-1", .service = "secretsmanager"};

Time at(std::string_view text) {
  return *parse_iso_basic(text);
}
const Time kNow = at("20150830T123600Z");

class Keys final : public CredentialSource {
 public:
  Keys() {
    const Caller caller{.account = *AccountId::parse("123456789012"),
                        .kind = PrincipalKind::kRoot,
                        .arn = "arn:aws:iam::123456789012:root",
                        .access_key = *AccessKeyId::parse(kKeyId)};
    active_ = std::make_shared<const Credential>(caller, SecretBytes::copy_of(kSecret), KeyState::kActive);
    Caller in_session = caller;
    in_session.session = std::make_shared<const Session>();
    temporary_ = std::make_shared<const Credential>(in_session, SecretBytes::copy_of(kSecret), KeyState::kActive);
    inactive_ = std::make_shared<const Credential>(caller, SecretBytes::copy_of(kSecret), KeyState::kInactive);
  }
  // One that never asks for the token: verify() must not depend on it for what it can tell by itself.
  Result<std::shared_ptr<const Credential>> find(const ClaimedCredential& claimed) const override {
    const std::string_view id = claimed.access_key_id;
    if (id == "AKIABROKENSTORE00000") return Error{ErrorCode::kIo, "the disk is gone"};
    if (id == "AKIAINACTIVE00000000") return inactive_;
    if (id == kTemporaryKeyId) return temporary_;
    return id == kKeyId ? active_ : nullptr;
  }

 private:
  std::shared_ptr<const Credential> active_;
  std::shared_ptr<const Credential> inactive_;
  std::shared_ptr<const Credential> temporary_;
};

// A request that a test changes before and after it is signed.
struct TestRequest {
  std::string method = "POST";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers = {
      {"Host", "secretsmanager.us-east-1.example.com"},
      {"X-Amz-Date", "20150830T123600Z"},
      {"X-Amz-Target", "secretsmanager.GetSecretValue"},
      {"Content-Type", "application/x-amz-json-1.1"},
  };
  std::string body = R"({"SecretId":"prod/db"})";
  VerifyOptions options = {.scope = kScope};

  std::string& header(std::string_view name) {
    for (auto& [candidate, value] : headers) {
      if (net::header_name_equals(candidate, name)) return value;
    }
    return headers.emplace_back(name, "").second;
  }
  void remove(std::string_view name) {
    std::erase_if(headers, [&](const auto& header) { return net::header_name_equals(header.first, name); });
  }
  std::vector<net::Header> views() const {
    std::vector<net::Header> views;
    for (const auto& [name, value] : headers)
      views.push_back({name, value});
    return views;
  }
  TestRequest& sign_with(std::string_view key_id = kKeyId, ExpectedScope scope = kScope, Time when = kNow) {
    const SigningRequest request{.method = method, .target = target, .headers = views(), .body = body};
    headers.emplace_back("Authorization", sign(request, key_id, SecretBytes::copy_of(kSecret), scope, when));
    return *this;
  }
  Result<std::shared_ptr<const Credential>> check(Time now = kNow) const {
    const auto headers = views();
    return verify({.method = method, .target = target, .headers = headers, .body = body}, options, Keys(), now);
  }
  // "Name: text" of the refusal, or "ok".
  std::string outcome(Time now = kNow) const {
    const auto result = check(now);
    if (result.ok()) return "ok";
    return std::string(error_name(result.error().code)) + ": " + result.error().message;
  }
};

constexpr std::string_view kMismatch =
    "InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check "
    "your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details.";

std::string with_authorization(const std::string& header) {
  TestRequest request;
  request.header("Authorization") = header;
  return request.outcome();
}

std::string credential(std::string_view scope) {
  return "AWS4-HMAC-SHA256 Credential=" + std::string(scope) + ", SignedHeaders=host;x-amz-date, Signature=00";
}

// The worked example of "Create a signed AWS API request" in the IAM user guide.
TEST(SigV4, TheDocumentedExampleIsReproduced) {
  const net::Header headers[] = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                                 {"Host", "iam.amazonaws.com"},
                                 {"X-Amz-Date", "20150830T123600Z"}};
  const std::string target = "/?Action=ListUsers&Version=2010-05-08";
  const SecretBytes secret = SecretBytes::copy_of(kSecret);
  const SigningRequest request{
      .method = "GET", .target = target, .headers = {std::begin(headers), std::end(headers)}, .body = ""};
  EXPECT_EQ(sign(request, "AKIDEXAMPLE", secret, {.region = "us-east-1", .service = "iam"}, kNow),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST(SigV4, AValidSignatureNamesItsCaller) {
  const auto credential = TestRequest().sign_with().check();
  ASSERT_TRUE(credential.ok());
  const Caller& caller = (*credential)->caller();
  EXPECT_EQ(caller.arn, "arn:aws:iam::123456789012:root");
  EXPECT_EQ(caller.account.text(), "123456789012");
  EXPECT_EQ(caller.access_key.text(), kKeyId);
}

// User-Agent and the like are changed by proxies, so clients leave them unsigned.
TEST(SigV4, UnsignedHeadersMayDiffer) {
  TestRequest request;
  request.sign_with();
  request.header("User-Agent") = "anything";
  request.header("X-Amzn-Trace-Id") = "Root=1";
  EXPECT_EQ(request.outcome(), "ok");
}

TEST(SigV4, EveryChangedByteOfASignatureIsNoticed) {
  TestRequest request;
  request.sign_with();
  const std::string good = request.header("Authorization");
  for (size_t i = good.size() - 64; i < good.size(); ++i) {
    request.header("Authorization")[i] = good[i] == '0' ? '1' : '0';
    EXPECT_EQ(request.outcome(), kMismatch) << i;
    request.header("Authorization") = good;
  }
  request.header("Authorization") = good.substr(0, good.size() - 1);
  EXPECT_EQ(request.outcome(), kMismatch);
  request.header("Authorization") = good + "0";
  EXPECT_EQ(request.outcome(), kMismatch);
}

TEST(SigV4, EveryChangedByteOfTheBodyIsNoticed) {
  TestRequest request;
  request.sign_with();
  for (size_t i = 0; i < request.body.size(); ++i) {
    request.body[i] ^= 1;
    EXPECT_EQ(request.outcome(), kMismatch) << i;
    request.body[i] ^= 1;
  }
  request.body += ' ';
  EXPECT_EQ(request.outcome(), kMismatch);
}

TEST(SigV4, EveryChangedByteOfASignedHeaderIsNoticed) {
  TestRequest request;
  request.sign_with();
  for (const char* name : {"Host", "X-Amz-Target", "Content-Type"}) {
    std::string& value = request.header(name);
    for (char& c : value) {
      c ^= 1;
      EXPECT_EQ(request.outcome(), kMismatch) << name << ": " << value;
      c ^= 1;
    }
  }
  EXPECT_EQ(request.outcome(), "ok");
}

TEST(SigV4, AChangedMethodTargetOrExtraValueIsNoticed) {
  TestRequest request;
  request.sign_with();
  TestRequest changed = request;
  changed.method = "PUT";
  EXPECT_EQ(changed.outcome(), kMismatch);
  changed = request;
  changed.target = "/x";
  EXPECT_EQ(changed.outcome(), kMismatch);
  changed = request;
  changed.target = "/?a=b";
  EXPECT_EQ(changed.outcome(), kMismatch);
  changed = request;
  changed.headers.emplace_back("x-amz-target", "secretsmanager.DeleteSecret");
  EXPECT_EQ(changed.outcome(), kMismatch);
}

TEST(SigV4, WhiteSpaceInHeaderValuesDoesNotMatter) {
  TestRequest request;
  request.header("X-Note") = "a b c";
  request.sign_with();
  request.header("X-Note") = "  a  b \t c ";
  EXPECT_EQ(request.outcome(), "ok");
  request.header("X-Note") = "ab c";
  EXPECT_EQ(request.outcome(), kMismatch);
}

TEST(SigV4, TheQueryIsSortedAfterDecoding) {
  TestRequest request;
  request.target = "/?b=2&a=%7e1&a=%2B";
  request.sign_with();
  request.target = "/?a=+&a=~1&b=2";
  EXPECT_EQ(request.outcome(), "ok");
  request.target = "/?a=%zz";
  EXPECT_EQ(request.outcome(), "InvalidSignatureException: The request's query string holds a broken percent escape.");
}

TEST(SigV4, ABodyMayBeUnsignedIfTheClientSaysSoUnderSignature) {
  TestRequest request;
  request.header("x-amz-content-sha256") = "UNSIGNED-PAYLOAD";
  request.sign_with();
  request.body = "something else";
  EXPECT_EQ(request.outcome(), "ok");

  TestRequest added;
  added.sign_with();
  added.header("x-amz-content-sha256") = "UNSIGNED-PAYLOAD";
  EXPECT_EQ(added.outcome(), kMismatch);
}

// Of IAM and STS the body says what is to be done.
TEST(SigV4, ABodyThatMustBeSignedIs) {
  TestRequest request;
  request.options.payload = Payload::kSigned;
  request.header("x-amz-content-sha256") = "UNSIGNED-PAYLOAD";
  request.sign_with();
  EXPECT_EQ(request.outcome(), kMismatch);
  request.remove("Authorization");
  request.header("x-amz-content-sha256") = "whatever the client says";
  request.sign_with();
  EXPECT_EQ(request.outcome(), "ok");
  request.body += " ";
  EXPECT_EQ(request.outcome(), kMismatch);
}

TEST(SigV4, ARequestWithoutAuthorizationHasNoToken) {
  EXPECT_EQ(TestRequest().outcome(), "MissingAuthenticationTokenException: Missing Authentication Token");
  EXPECT_EQ(with_authorization("Basic abc"), "MissingAuthenticationTokenException: Missing Authentication Token");
  EXPECT_EQ(with_authorization(""), "MissingAuthenticationTokenException: Missing Authentication Token");
}

TEST(SigV4, AnIncompleteHeaderIsExplainedPartByPart) {
  EXPECT_EQ(
      with_authorization("AWS4-HMAC-SHA256 nonsense"),
      "IncompleteSignatureException: Authorization header requires 'Credential' parameter. Authorization header "
      "requires "
      "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256 "
      "nonsense");
  EXPECT_EQ(with_authorization("AWS4-HMAC-SHA256 Credential=a, Signature=0123abcd"),
            "IncompleteSignatureException: Authorization header requires 'SignedHeaders' parameter. "
            "Authorization=AWS4-HMAC-SHA256 Credential=a, Signature=");
  TestRequest undated;
  undated.sign_with().remove("x-amz-date");
  EXPECT_TRUE(
      undated.outcome().starts_with("IncompleteSignatureException: Authorization header requires existence of either "
                                    "a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 Cred"));
  EXPECT_EQ(undated.outcome().find(undated.header("Authorization").substr(150)), std::string::npos);
}

TEST(SigV4, CommasWithoutSpacesSeparateParametersToo) {
  TestRequest request;
  request.sign_with();
  std::string& header = request.header("Authorization");
  for (size_t at; (at = header.find(", ")) != header.npos;)
    header.replace(at, 2, ",");
  EXPECT_EQ(request.outcome(), "ok");
}

TEST(SigV4, TheHostMustBeSigned) {
  EXPECT_EQ(with_authorization("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=hostname;x-amz-date, Signature=0"),
            "InvalidSignatureException: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
}

TEST(SigV4, TheDateMustBeIsoBasic) {
  TestRequest request;
  request.sign_with();
  request.header("X-Amz-Date") = "2015-08-30T12:36:00Z";
  EXPECT_EQ(request.outcome(),
            "IncompleteSignatureException: Date must be in ISO-8601 'basic format'. Got '2015-08-30T12:36:00Z'. See "
            "http://en.wikipedia.org/wiki/ISO_8601");
}

// Old SDKs and curl send Date instead of X-Amz-Date.
TEST(SigV4, TheDateHeaderServesWhenThereIsNoAmzDate) {
  for (const char* date : {"Sun, 30 Aug 2015 12:36:00 GMT", "20150830T123600Z"}) {
    TestRequest request;
    request.remove("X-Amz-Date");
    request.header("Date") = date;
    request.sign_with();
    EXPECT_EQ(request.outcome(), "ok") << date;
  }
  TestRequest request;
  request.remove("X-Amz-Date");
  request.header("Date") = "yesterday";
  request.sign_with();
  EXPECT_TRUE(request.outcome().starts_with("IncompleteSignatureException: Date must be in ISO-8601"))
      << request.outcome();
}

TEST(SigV4, AmzDateWinsOverDate) {
  TestRequest request;
  request.header("Date") = "Sun, 30 Aug 2009 12:36:00 GMT";
  EXPECT_EQ(request.sign_with().outcome(), "ok");
}

TEST(SigV4, SignaturesAreGoodForFifteenMinutesBothWays) {
  TestRequest request;
  request.sign_with();
  EXPECT_EQ(request.outcome(at("20150830T125059Z")), "ok");
  EXPECT_EQ(request.outcome(at("20150830T125100Z")), "ok");
  EXPECT_EQ(request.outcome(at("20150830T125101Z")),
            "InvalidSignatureException: Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
            "(20150830T125101Z - 15 min.)");
  EXPECT_EQ(request.outcome(at("20150830T122101Z")), "ok");
  EXPECT_EQ(
      request.outcome(at("20150830T122059Z")),
      "InvalidSignatureException: Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z "
      "(20150830T122059Z + 15 min.)");
}

TEST(SigV4, OtherAlgorithmsAreNamed) {
  EXPECT_EQ(with_authorization("AWS4-ECDSA-P256-SHA256 Credential=a, SignedHeaders=host, Signature=00"),
            "IncompleteSignatureException: Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.");
}

TEST(SigV4, ACredentialHasFiveParts) {
  for (std::string_view text : {"AKID/20150830/us-east-1/aws4_request", "AKID", "a/b/c/d/e/f"}) {
    EXPECT_EQ(with_authorization(credential(text)),
              "IncompleteSignatureException: Credential must have exactly 5 slash-delimited elements, e.g. "
              "keyid/date/region/service/term, got '" +
                  std::string(text) + "'");
  }
}

TEST(SigV4, FaultsInTheScopeAreReportedTogether) {
  EXPECT_EQ(with_authorization(credential("AKID/20150830/eu-west-1/secretsmanager/aws4_request")),
            "InvalidSignatureException: Credential should be scoped to a valid region, not 'eu-west-1'. ");
  EXPECT_EQ(
      with_authorization(credential("AKID/20150829/x/kms/aws5")),
      "InvalidSignatureException: Credential should be scoped to a valid region, not 'x'. Credential should be scoped "
      "to correct service: 'secretsmanager'. Credential should be scoped with a valid terminator: 'aws4_request', not "
      "'aws5'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != "
      "'20150830', from '20150830T123600Z'. ");
}

TEST(SigV4, AScopeMayNameEitherOfTwoRegions) {
  TestRequest request;
  request.options.scope = {.region = "eu-west-1", .service = "sts", .other_region = "us-east-1"};
  for (const char* region : {"eu-west-1", "us-east-1"}) {
    request.remove("Authorization");
    EXPECT_EQ(request.sign_with(kKeyId, {.region = region, .service = "sts"}).outcome(), "ok") << region;
  }
  for (const char* region : {"eu-central-1", ""}) {
    request.remove("Authorization");
    EXPECT_EQ(request.sign_with(kKeyId, {.region = region, .service = "sts"}).outcome(),
              "InvalidSignatureException: Credential should be scoped to a valid region. ")
        << region;
  }
}

TEST(SigV4, UnknownAndInactiveKeysLookTheSame) {
  const std::string refusal = "UnrecognizedClientException: The security token included in the request is invalid.";
  EXPECT_EQ(TestRequest().sign_with("AKIANOSUCHKEY0000000").outcome(), refusal);
  EXPECT_EQ(TestRequest().sign_with("AKIAINACTIVE00000000").outcome(), refusal);
}

TEST(SigV4, TemporaryKeysNeedTheirToken) {
  TestRequest request;
  EXPECT_EQ(request.sign_with(kTemporaryKeyId).outcome(),
            "UnrecognizedClientException: The security token included in the request is invalid.");
  TestRequest with_token;
  with_token.header("X-Amz-Security-Token") = "token";
  EXPECT_EQ(with_token.sign_with(kTemporaryKeyId).outcome(), "ok");
}

TEST(SigV4, ASessionTokenDoesNotBelongToALongTermKey) {
  TestRequest request;
  request.header("X-Amz-Security-Token") = "token";
  EXPECT_EQ(request.sign_with().outcome(),
            "UnrecognizedClientException: The security token included in the request is invalid.");
}

// A broken store must not look like a wrong key: clients would drop their credentials.
TEST(SigV4, AFailureOfTheStoreIsPassedOn) {
  const auto result = TestRequest().sign_with("AKIABROKENSTORE00000").check();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kIo);
}

TEST(SigV4, QueryAuthenticationIsRefused) {
  TestRequest request;
  request.target = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a";
  EXPECT_EQ(request.outcome(),
            "IncompleteSignatureException: Presigned requests are not accepted: sign the request with an Authorization "
            "header.");
  EXPECT_EQ(
      request.sign_with().outcome(),
      "InvalidSignatureException: Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP "
      "header.");
}

TEST(SigV4, SignedHeadersMustBePresentSortedAndLowerCase) {
  const auto outcome = [](std::string_view list) {
    return with_authorization("AWS4-HMAC-SHA256 Credential=" + std::string(kKeyId) +
                              "/20150830/us-east-1/secretsmanager/aws4_request, SignedHeaders=" + std::string(list) +
                              ", Signature=00");
  };
  EXPECT_EQ(outcome("host;x-amz-missing"),
            "IncompleteSignatureException: A header named in SignedHeaders is not part of the request.");
  for (std::string_view list : {"x-amz-date;host", "Content-Type;host", "host;host", ";host", "host;;x-amz-date"}) {
    EXPECT_EQ(outcome(list),
              "IncompleteSignatureException: SignedHeaders must be lower case, sorted and without duplicates.")
        << list;
  }
  EXPECT_EQ(outcome("host;x-amz-date"), kMismatch);
}

// The order matters to clients that act on the code: the clock is put right before keys are doubted.
TEST(SigV4, TheFirstFaultInAwsOrderIsReported) {
  TestRequest request;
  request.header("Authorization") = "AWS4-OTHER Credential=bad, SignedHeaders=host, Signature=0";
  EXPECT_TRUE(
      request.outcome(kNow + std::chrono::hours(1)).starts_with("InvalidSignatureException: Signature expired"));
  request.header("X-Amz-Date") = "x";
  EXPECT_TRUE(request.outcome().starts_with("IncompleteSignatureException: Date must be"));
  request.header("Authorization") = "AWS4-OTHER Credential=bad, SignedHeaders=x, Signature=0";
  EXPECT_TRUE(request.outcome().starts_with("InvalidSignatureException: 'Host' or"));
}

TEST(CanonicalRequest, DotSegmentsAndEmptySegmentsAreRemovedWhenNormalizing) {
  const auto canonical_path = [](std::string_view target, PathNormalization normalization) {
    std::string out;
    EXPECT_TRUE(append_canonical_request({.method = "GET", .target = target}, "", "", normalization, out).ok());
    return out.substr(4, out.find('\n', 4) - 4);
  };
  const std::pair<std::string_view, std::string_view> cases[] = {{"/", "/"},
                                                                 {"", "/"},
                                                                 {"//", "/"},
                                                                 {"/a//b/", "/a/b/"},
                                                                 {"/a/../b", "/b"},
                                                                 {"/../../a", "/a"},
                                                                 {"/./", "/"},
                                                                 {"/a/b/..", "/a"},
                                                                 {"/a%20b", "/a%2520b"},
                                                                 {"/a b", "/a%20b"},
                                                                 {"/-._~0", "/-._~0"},
                                                                 {"/a/?x", "/a/"},
                                                                 {"/a;b=c", "/a%3Bb%3Dc"}};
  for (const auto& [target, path] : cases) {
    EXPECT_EQ(canonical_path(target, PathNormalization::kNormalize), path) << target;
  }
  EXPECT_EQ(canonical_path("/a//b/../c", PathNormalization::kKeep), "/a//b/../c");
}

TEST(Credential, SigningKeysAreCachedPerDayRegionAndService) {
  const Credential credential({}, SecretBytes::copy_of(kSecret), KeyState::kActive);
  const auto key = credential.signing_key("20150830", "us-east-1", "iam");
  EXPECT_EQ(credential.signing_key("20150830", "us-east-1", "iam"), key);
  EXPECT_NE(credential.signing_key("20150831", "us-east-1", "iam"), key);
  EXPECT_NE(credential.signing_key("20150830", "us-east-2", "iam"), key);
  EXPECT_NE(credential.signing_key("20150830", "us-east-1", "kms"), key);
  EXPECT_EQ(credential.signing_key("20150830", "us-east-1", "iam"), key);
}

// Scopes come from clients: the cache must not grow with them.
TEST(Credential, ManyScopesPushOutTheOldest) {
  const Credential credential({}, SecretBytes::copy_of(kSecret), KeyState::kActive);
  const auto key = credential.signing_key("20150830", "us-east-1", "iam");
  const crypto::Digest before = key->sign("x");
  for (int i = 0; i < 20; ++i)
    (void)credential.signing_key("20150830", "region-" + std::to_string(i), "iam");
  EXPECT_NE(credential.signing_key("20150830", "us-east-1", "iam"), key);
  EXPECT_EQ(credential.signing_key("20150830", "us-east-1", "iam")->sign("x"), before);
}

}  // namespace
}  // namespace coffer::auth
