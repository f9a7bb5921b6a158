#include "sts/web_identity.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crypto/system_random.h"
#include "iam/providers.h"
#include "sts/https_key_fetcher.h"
#include "sts/testing/fake_issuer.h"
#include "sts/testing/loopback_issuer.h"
#include "sts/testing/world.h"

namespace coffer::sts::testing {
namespace {

using std::chrono::minutes;

constexpr std::string_view kInvalid = "InvalidIdentityToken: The web identity token provided could not be validated";
constexpr std::string_view kRefused = "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";
constexpr std::string_view kRole = "arn:aws:iam::123456789012:role/pod";

class WebIdentityTest : public ::testing::Test {
 protected:
  WebIdentityTest() {
    must(iam::create_provider(world_.store, kAccount,
                              {.url = "https://issuer.example/id/1",
                               .client_ids = {"sts.amazonaws.com", "app"},
                               .thumbprints = {},
                               .tags = {}}));
    trust(R"("StringEquals":{"issuer.example/id/1:aud":"sts.amazonaws.com",)"
          R"("issuer.example/id/1:sub":"system:serviceaccount:prod:app"})");
  }
  ~WebIdentityTest() override { ::close(log_file_); }

  void trust(std::string_view condition, std::string_view actions = R"("sts:AssumeRoleWithWebIdentity")") {
    const std::string text = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":)"
                             R"("arn:aws:iam::123456789012:oidc-provider/issuer.example/id/1"},"Action":)" +
                             std::string(actions) + R"(,"Condition":{)" + std::string(condition) + "}}}";
    if (world_.find(kRole) == nullptr) {
      world_.make_role({.name = "pod", .trust_policy = text, .tags = {{"env", "prod"}}});
    } else {
      must(iam::update_trust_policy(world_.store, {.account = kAccount, .kind = iam::EntityKind::kRole, .name = "pod"},
                                    text));
    }
  }
  std::string verified(std::string_view token, Time now = kNow) {
    return outcome(identities_.verify(token, kAccount, now));
  }
  std::string decided(std::string_view token, const RoleRequest& request = {.session_name = "pod-1"},
                      std::string_view role_arn = kRole) {
    const WebIdentity identity = must(identities_.verify(token, kAccount, kNow));
    RoleRequest whole = request;
    whole.source_identity = identity.token.source_identity;
    whole.tags = must(read_tags(identity.token.tags, identity.token.transitive_tag_keys));
    const auto role = world_.find(role_arn);
    return outcome(identities_.decide({.role_arn = role_arn,
                                       .role = role.get(),
                                       .request = whole,
                                       .identity = identity,
                                       .client = {.address = "10.1.2.3"},
                                       .now = kNow}));
  }

  crypto::SystemRandom random_;
  World world_{random_};
  FakeIssuer issuer_{"https://issuer.example/id/1"};
  const int log_file_ = ::memfd_create("log", MFD_CLOEXEC);
  const Log log_{world_.clock, log_file_, LogLevel::kInfo};
  ProviderKeys keys_{{.fetcher = issuer_, .clock = world_.clock, .log = log_}};
  organizations::OrganizationCache organizations_{*world_.region.store};
  WebIdentities identities_{{world_.cache, organizations_, keys_, *Region::parse("us-east-1")}};
};

TEST_F(WebIdentityTest, ATokenOfARegisteredProviderIsGood) {
  const auto identity = identities_.verify(issuer_.token(kNow), kAccount, kNow);
  ASSERT_TRUE(identity.ok()) << identity.error().message;
  EXPECT_EQ(identity->provider_name, "issuer.example/id/1");
  EXPECT_EQ(identity->provider_arn, "arn:aws:iam::123456789012:oidc-provider/issuer.example/id/1");
  EXPECT_EQ(identity->audience, "sts.amazonaws.com");
  EXPECT_EQ(identity->token.subject, "system:serviceaccount:prod:app");
}

TEST_F(WebIdentityTest, TheProviderMustBeRegisteredInTheRolesAccountExactly) {
  EXPECT_EQ(outcome(identities_.verify(issuer_.token(kNow), kOther, kNow)),
            "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://issuer.example/id/1");
  for (const char* url : {"https://issuer.example/id/1/", "https://issuer.example/id/2", "https://issuer.example/ID/1",
                          "https://issuer.example"}) {
    const FakeIssuer other(url);
    EXPECT_EQ(verified(other.token(kNow)),
              "InvalidIdentityToken: No OpenIDConnect provider found in your account for " + std::string(url));
  }
  for (const char* url : {"issuer.example/id/1", "http://issuer.example/id/1", "kubernetes/serviceaccount"}) {
    EXPECT_EQ(verified(FakeIssuer(url).token(kNow)), "InvalidIdentityToken: Issuer must be a valid URL") << url;
  }
  EXPECT_EQ(issuer_.fetches, 0);
}

TEST_F(WebIdentityTest, ATokenIsGoodForItsTimeAndFiveMinutes) {
  const std::string token = issuer_.token(kNow);
  const Time end = kNow + std::chrono::hours(1);
  EXPECT_EQ(verified(token, end + minutes(5) - Duration(1)), "ok");
  const auto seconds = [](Time time) {
    return std::to_string(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
  };
  EXPECT_EQ(verified(token, end + minutes(5)), "ExpiredTokenException: Token expired: current date/time " +
                                                   seconds(end + minutes(5)) +
                                                   " must be before the expiration date/time" + seconds(end));
  EXPECT_EQ(verified(token, kNow - minutes(5)), "ok");
  EXPECT_EQ(verified(token, kNow - minutes(5) - Duration(1)), kInvalid);
  const std::string later = issuer_.token(kNow, R"(,"nbf":)" + seconds(kNow + minutes(10)));
  EXPECT_EQ(verified(later, kNow + minutes(5)), "ok");
  EXPECT_EQ(verified(later, kNow + minutes(4)), kInvalid);
}

TEST_F(WebIdentityTest, TheAudienceMustBeRegistered) {
  EXPECT_EQ(verified(issuer_.token(kNow, "", "app")), "ok");
  EXPECT_EQ(verified(issuer_.token(kNow, "", "other")), "InvalidIdentityToken: Incorrect token audience");
  EXPECT_EQ(verified(issuer_.token(kNow, "", "STS.amazonaws.com")), "InvalidIdentityToken: Incorrect token audience");
  // Of several, one that is registered is enough.
  const std::string several =
      R"({"iss":"https://issuer.example/id/1","sub":"s","aud":["x","app"],)" + times(kNow) + "}";
  EXPECT_EQ(identities_.verify(issuer_.sign(several), kAccount, kNow)->audience, "app");
  // Who the token was made for counts above whom it may be shown to.
  EXPECT_EQ(identities_.verify(issuer_.token(kNow, R"(,"azp":"app")", "x"), kAccount, kNow)->audience, "app");
  EXPECT_EQ(verified(issuer_.token(kNow, R"(,"azp":"x")", "app")), "InvalidIdentityToken: Incorrect token audience");
}

TEST_F(WebIdentityTest, TheSignatureMustBeTheProviders) {
  const std::string token = issuer_.token(kNow);
  const FakeIssuer imposter("https://issuer.example/id/1");
  EXPECT_EQ(verified(imposter.token(kNow)), kInvalid);
  // The claims of one token under the signature of another.
  const std::string other = issuer_.token(kNow, R"(,"jti":"2")");
  EXPECT_EQ(verified(other.substr(0, other.rfind('.')) + token.substr(token.rfind('.'))), kInvalid);
  // A key of another kind is none, whatever its id.
  const FakeIssuer rsa("https://issuer.example/id/1", crypto::SignatureAlgorithm::kRs256);
  EXPECT_TRUE(verified(rsa.token(kNow)).starts_with("InvalidIdentityToken: Couldn't retrieve verification key"));
}

// A token that cannot be good must not make us go and ask.
TEST_F(WebIdentityTest, NobodyIsAskedAboutATokenThatIsNotGoodAnyway) {
  (void)verified("x.y.z");
  (void)verified(issuer_.token(kNow, "", "other"));
  (void)verified(issuer_.token(kNow), kNow + std::chrono::hours(2));
  EXPECT_EQ(issuer_.fetches, 0);
}

TEST_F(WebIdentityTest, TheTrustPolicyDecidesByTheClaims) {
  EXPECT_EQ(decided(issuer_.token(kNow)), "ok");
  EXPECT_EQ(decided(issuer_.token(kNow, "", "app")), kRefused);
  trust(R"("StringLike":{"issuer.example/id/1:sub":"system:serviceaccount:dev:*"})");
  EXPECT_EQ(decided(issuer_.token(kNow)), kRefused);
  trust(R"("StringLike":{"issuer.example/id/1:sub":"system:serviceaccount:prod:*"})");
  EXPECT_EQ(decided(issuer_.token(kNow)), "ok");
  trust(R"("ForAnyValue:StringEquals":{"issuer.example/id/1:amr":"mfa"})");
  EXPECT_EQ(decided(issuer_.token(kNow)), kRefused);
  EXPECT_EQ(decided(issuer_.token(kNow, R"(,"amr":["pwd","mfa"])")), "ok");
  trust(R"("ForAnyValue:StringEquals":{"issuer.example/id/1:oaud":"x"})");
  EXPECT_EQ(decided(issuer_.token(kNow, R"(,"azp":"app")", "x")), "ok");
}

TEST_F(WebIdentityTest, TheTrustPolicyDecidesByTheRequestToo) {
  trust(R"("StringEquals":{"sts:RoleSessionName":"pod-1","aws:ResourceTag/env":"prod","iam:ResourceTag/env":"prod",)"
        R"("aws:RequestedRegion":"us-east-1"},"NumericLessThan":{"sts:DurationSeconds":"1800"},)"
        R"("IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"Bool":{"aws:SecureTransport":"false"})");
  EXPECT_EQ(decided(issuer_.token(kNow), {.session_name = "pod-1", .duration_seconds = 900}), "ok");
  EXPECT_EQ(decided(issuer_.token(kNow), {.session_name = "pod-2", .duration_seconds = 900}), kRefused);
  EXPECT_EQ(decided(issuer_.token(kNow), {.session_name = "pod-1", .duration_seconds = 1800}), kRefused);
  EXPECT_EQ(decided(issuer_.token(kNow), {.session_name = "pod-1"}), kRefused);
}

// A policy for AWS principals is none for providers, not even one for everybody's account; another provider is another.
TEST_F(WebIdentityTest, OnlyItsOwnProviderIsTrusted) {
  world_.make_role({.name = "others",
                    .trust_policy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)"
                                    R"({"Federated":"arn:aws:iam::123456789012:oidc-provider/other.example"},)"
                                    R"("Action":"sts:AssumeRoleWithWebIdentity"},{"Effect":"Allow","Principal":)"
                                    R"({"AWS":"123456789012"},"Action":"sts:*"}]})"});
  EXPECT_EQ(decided(issuer_.token(kNow), {.session_name = "pod-1"}, "arn:aws:iam::123456789012:role/others"), kRefused);
  EXPECT_EQ(decided(issuer_.token(kNow), {.session_name = "pod-1"}, "arn:aws:iam::123456789012:role/none"), kRefused);
}

TEST_F(WebIdentityTest, TagsAndASourceIdentityInTheTokenNeedPermissions) {
  const std::string tagged = issuer_.token(
      kNow, R"(,"https://aws.amazon.com/tags":{"principal_tags":{"team":["blue"]},"transitive_tag_keys":["team"]})");
  const std::string sourced = issuer_.token(kNow, R"(,"https://aws.amazon.com/source_identity":"alice")");
  EXPECT_EQ(decided(tagged), "AccessDenied: Not authorized to perform sts:TagSession");
  EXPECT_EQ(decided(sourced), "AccessDenied: Not authorized to perform sts:SetSourceIdentity");
  trust(R"("StringEqualsIfExists":{"aws:RequestTag/team":"blue","sts:SourceIdentity":"alice"},)"
        R"("ForAllValues:StringEquals":{"aws:TagKeys":["team"],"sts:TransitiveTagKeys":["team"]})",
        R"("sts:*")");
  EXPECT_EQ(decided(tagged), "ok");
  EXPECT_EQ(decided(sourced), "ok");
  EXPECT_EQ(decided(issuer_.token(kNow, R"(,"https://aws.amazon.com/tags":{"principal_tags":{"team":["red"]}})")),
            kRefused);
}

// In development, an issuer on this machine need not have a certificate: its provider is registered as if it had one.
TEST_F(WebIdentityTest, AnIssuerOnThisMachineMaySpeakPlainHttpWhereThatIsAllowed) {
  LoopbackIssuer issuer;
  must(iam::create_provider(
      world_.store, kAccount,
      {.url = "https" + issuer.url().substr(4), .client_ids = {"app"}, .thumbprints = {}, .tags = {}}));
  const HttpsKeyFetcher fetcher({.loopback = LoopbackHttp::kAllowed});
  ProviderKeys keys({.fetcher = fetcher, .clock = world_.clock, .log = log_});
  const WebIdentities allowed(
      {world_.cache, organizations_, keys, *Region::parse("us-east-1"), LoopbackHttp::kAllowed});
  const std::string token = sign_token(
      R"({"alg":"ES256","kid":"key-1"})",
      R"({"iss":")" + issuer.url() + R"(","sub":"developer","aud":"app",)" + times(kNow) + "}", issuer.signer);
  const auto identity = allowed.verify(token, kAccount, kNow);
  ASSERT_TRUE(identity.ok()) << identity.error().message;
  EXPECT_EQ(identity->provider_name, issuer.url().substr(7));
  EXPECT_EQ(verified(token), "InvalidIdentityToken: Issuer must be a valid URL");
}

TEST_F(WebIdentityTest, AProviderThatIsGoneIsUnknownAtOnce) {
  EXPECT_EQ(verified(issuer_.token(kNow)), "ok");
  must(iam::delete_provider(world_.store, {.account = kAccount,
                                           .kind = iam::EntityKind::kProvider,
                                           .name = "arn:aws:iam::123456789012:oidc-provider/issuer.example/id/1"}));
  EXPECT_EQ(verified(issuer_.token(kNow)).substr(0, 21), "InvalidIdentityToken:");
}

}  // namespace
}  // namespace coffer::sts::testing
