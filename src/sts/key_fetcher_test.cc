// What every source of keys must do, the real one and the one that other tests believe in; then the real one's own.
#include "sts/key_fetcher.h"

#include <gtest/gtest.h>

#include <thread>

#include "crypto/system_random.h"
#include "sts/https_key_fetcher.h"
#include "sts/testing/fake_issuer.h"
#include "sts/testing/loopback_issuer.h"

namespace coffer::sts::testing {
namespace {

// One source, and an issuer that it can ask.
class Source {
 public:
  virtual ~Source() = default;
  virtual const KeyFetcher& fetcher() const = 0;
  virtual std::string issuer() const = 0;
  virtual std::string sign(std::string_view message) const = 0;
  virtual void become_unreachable() = 0;
  virtual void publish_nonsense() = 0;
};

class FakeSource final : public Source {
 public:
  const KeyFetcher& fetcher() const override { return issuer_; }
  std::string issuer() const override { return issuer_.url(); }
  std::string sign(std::string_view message) const override { return issuer_.signer().sign(message); }
  void become_unreachable() override { issuer_.failure = Error{ErrorCode::kIo, "unreachable"}; }
  void publish_nonsense() override { issuer_.failure = Error{ErrorCode::kCorrupt, "nonsense"}; }

 private:
  FakeIssuer issuer_{"https://issuer.example"};
};

class LoopbackSource final : public Source {
 public:
  const KeyFetcher& fetcher() const override { return fetcher_; }
  std::string issuer() const override { return issuer_.url(); }
  std::string sign(std::string_view message) const override { return issuer_.signer.sign(message); }
  void become_unreachable() override { issuer_.stop(); }
  void publish_nonsense() override { issuer_.set("/keys", {.body = "<html>"}); }

 private:
  LoopbackIssuer issuer_;
  HttpsKeyFetcher fetcher_{{.loopback = LoopbackHttp::kAllowed}};
};

class KeyFetcherContract : public ::testing::TestWithParam<std::unique_ptr<Source> (*)()> {
 protected:
  const std::unique_ptr<Source> source_ = GetParam()();
};

TEST_P(KeyFetcherContract, GivesTheKeysThatTheIssuerSignsWith) {
  const auto keys = source_->fetcher().fetch(source_->issuer());
  ASSERT_TRUE(keys.ok()) << keys.error().message;
  const auto* const key = find_key(*keys, "key-1", crypto::SignatureAlgorithm::kEs256);
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(key->verifies("message", source_->sign("message")));
}

TEST_P(KeyFetcherContract, TellsAnIssuerThatCannotBeReachedFromOneThatIsNotUnderstood) {
  source_->publish_nonsense();
  EXPECT_EQ(source_->fetcher().fetch(source_->issuer()).error().code, ErrorCode::kCorrupt);
  source_->become_unreachable();
  EXPECT_EQ(source_->fetcher().fetch(source_->issuer()).error().code, ErrorCode::kIo);
}

INSTANTIATE_TEST_SUITE_P(Sources, KeyFetcherContract,
                         ::testing::Values(
                             +[]() -> std::unique_ptr<Source> { return std::make_unique<FakeSource>(); },
                             +[]() -> std::unique_ptr<Source> { return std::make_unique<LoopbackSource>(); }));

class HttpsKeyFetcherTest : public ::testing::Test {
 protected:
  static constexpr const char* kConfiguration = "/.well-known/openid-configuration";

  std::string fetched(const LoopbackIssuer& issuer, const HttpsKeyFetcher& fetcher) {
    const auto keys = fetcher.fetch(issuer.url());
    return keys.ok() ? "ok" : std::string(error_name(keys.error().code)) + ": " + keys.error().message;
  }
  std::string fetched() { return fetched(issuer_, fetcher_); }
  // The configuration, naming these.
  void configure(std::string_view issuer, std::string_view keys) {
    issuer_.set(kConfiguration,
                {.body = R"({"issuer":")" + std::string(issuer) + R"(","jwks_uri":")" + std::string(keys) + "\"}"});
  }

  crypto::SystemRandom random_;
  LoopbackIssuer issuer_;
  HttpsKeyFetcher fetcher_{{.loopback = LoopbackHttp::kAllowed}};
};

TEST_F(HttpsKeyFetcherTest, AsksForTheConfigurationAndThenForTheKeys) {
  EXPECT_EQ(fetched(), "ok");
  EXPECT_EQ(issuer_.requests(), (std::vector<std::string>{"GET /.well-known/openid-configuration", "GET /keys"}));
}

TEST_F(HttpsKeyFetcherTest, AnIssuersPathComesBeforeTheWellKnownOne) {
  for (const char* path : {"/tenant", "/tenant/"}) {
    const std::string issuer = issuer_.url() + path;
    issuer_.set("/tenant/.well-known/openid-configuration",
                {.body = R"({"issuer":")" + issuer + R"(","jwks_uri":")" + issuer_.url() + R"(/keys"})"});
    EXPECT_TRUE(fetcher_.fetch(issuer).ok()) << path;
  }
}

TEST_F(HttpsKeyFetcherTest, PlainHttpIsRefusedUnlessItIsAllowed) {
  EXPECT_EQ(fetched(issuer_, HttpsKeyFetcher({})), "Corrupt: the issuer's URL cannot be asked");
  EXPECT_TRUE(issuer_.requests().empty());
}

// A configuration of somebody else would have tokens of one issuer verified with the keys of another.
TEST_F(HttpsKeyFetcherTest, TheConfigurationMustBeTheIssuersOwn) {
  configure("https://other.example", issuer_.url() + "/keys");
  EXPECT_EQ(fetched(), "Corrupt: the issuer's configuration names another issuer");
  configure(issuer_.url() + "/", issuer_.url() + "/keys");
  EXPECT_EQ(fetched(), "Corrupt: the issuer's configuration names another issuer");
  issuer_.set(kConfiguration, {.body = "<html>"});
  EXPECT_EQ(fetched(), "Corrupt: the issuer's configuration is no JSON");
}

TEST_F(HttpsKeyFetcherTest, KeysComeFromWhereTheyCanBeTrusted) {
  for (const char* keys : {"", "http://issuer.example/keys", "file:///etc/passwd", "https://user@issuer.example"}) {
    configure(issuer_.url(), keys);
    EXPECT_EQ(fetched(), "Corrupt: the issuer's configuration has no jwks_uri that can be asked") << keys;
  }
}

TEST_F(HttpsKeyFetcherTest, AnythingButAnAnswerIsAFailure) {
  issuer_.set("/keys", {.status = 404, .body = "no"});
  EXPECT_EQ(fetched(), "Corrupt: " + issuer_.url().substr(7) + "/keys answered 404");
  issuer_.set("/keys", {.status = 503, .body = "later"});
  EXPECT_EQ(fetched(), "Io: " + issuer_.url().substr(7) + "/keys answered 503");
  // Not followed: it could lead anywhere.
  issuer_.set("/keys", {.status = 302, .body = "", .location = issuer_.url() + "/elsewhere"});
  EXPECT_EQ(fetched(), "Corrupt: " + issuer_.url().substr(7) + "/keys answered 302");
  for (const std::string& request : issuer_.requests())
    EXPECT_NE(request, "GET /elsewhere");
}

TEST_F(HttpsKeyFetcherTest, AnAnswerHasALimit) {
  issuer_.set("/keys", {.body = R"({"keys":[]})" + std::string(256 * 1024, ' ')});
  EXPECT_EQ(fetched().substr(0, 7), "Corrupt");
}

TEST_F(HttpsKeyFetcherTest, AnAnswerHasATime) {
  issuer_.set_delay([] { std::this_thread::sleep_for(std::chrono::milliseconds(400)); });
  const HttpsKeyFetcher impatient({.loopback = LoopbackHttp::kAllowed, .timeout = std::chrono::milliseconds(100)});
  EXPECT_EQ(impatient.fetch(issuer_.url()).error().code, ErrorCode::kTimeout);
}

TEST_F(HttpsKeyFetcherTest, ACertificateMustBeOfAConfiguredAuthority) {
  const TestAuthority authority(random_);
  const TestAuthority stranger(random_);
  const LoopbackIssuer issuer(authority.server());
  const auto trusting = [](const TestAuthority& trusted) {
    return HttpsKeyFetcher({.ca_file = trusted.ca_file(), .loopback = LoopbackHttp::kAllowed});
  };
  EXPECT_EQ(fetched(issuer, trusting(authority)), "ok");
  EXPECT_EQ(fetched(issuer, trusting(stranger)).substr(0, 7), "Corrupt") << "as AWS has it: no key could be had";
  EXPECT_EQ(HttpsKeyFetcher({.ca_file = "/nonexistent"}).fetch(issuer.url()).ok(), false);
}

// Whoever may register a provider would otherwise have this machine's own services asked, and its cloud's.
TEST_F(HttpsKeyFetcherTest, WhatAnswersOnlyHereIsNotAsked) {
  const TestAuthority authority(random_);
  LoopbackIssuer issuer(authority.server());
  EXPECT_EQ(fetched(issuer, HttpsKeyFetcher({.ca_file = authority.ca_file()})),
            "Corrupt: cannot connect to " + issuer.url().substr(8) + ": its address may not be reached");
  EXPECT_TRUE(issuer.requests().empty());
  for (const char* url :
       {"https://localhost", "https://127.1", "https://2130706433", "https://0", "https://[::1]",
        "https://[::ffff:127.0.0.1]", "https://169.254.169.254", "https://[fe80::1]", "https://100.100.100.200",
        "https://168.63.129.16", "https://[fd00:ec2::254]", "https://[64:ff9b:1::a9fe:a9fe]"}) {
    const auto keys = HttpsKeyFetcher({.ca_file = authority.ca_file()}).fetch(url);
    ASSERT_FALSE(keys.ok()) << url;
    EXPECT_EQ(keys.error().code, ErrorCode::kCorrupt) << url;
    EXPECT_TRUE(keys.error().message.ends_with(": its address may not be reached")) << keys.error().message;
  }
}

// For tests this machine may be asked, but not what is on its wire.
TEST_F(HttpsKeyFetcherTest, LinkLocalAddressesAreNeverAsked) {
  configure(issuer_.url(), "https://169.254.169.254/latest/meta-data");
  EXPECT_EQ(fetched(), "Corrupt: cannot connect to 169.254.169.254:443: its address may not be reached");
}

// An issuer inside a team's own network.
TEST_F(HttpsKeyFetcherTest, AHostThatIsAllowedIsAskedWhereverItIs) {
  const TestAuthority authority(random_);
  LoopbackIssuer issuer(authority.server());
  const auto allowing = [&](std::string_view host) {
    return HttpsKeyFetcher({.ca_file = authority.ca_file(), .allowed_hosts = {*AllowedHost::parse(host)}});
  };
  const std::string port = issuer.url().substr(issuer.url().rfind(':'));
  for (const std::string& host : {std::string("127.0.0.1"), "127.0.0.1" + port, std::string("127.0.0.0/8")})
    EXPECT_EQ(fetched(issuer, allowing(host)), "ok") << host;
  for (const char* host : {"127.0.0.1:1", "10.0.0.0/8", "issuer.example"})
    EXPECT_EQ(fetched(issuer, allowing(host)),
              "Corrupt: cannot connect to " + issuer.url().substr(8) + ": its address may not be reached");
}

// Allowed for itself and for nobody whom it names; nor does it have to do without TLS.
TEST_F(HttpsKeyFetcherTest, AHostThatIsAllowedOpensNoOther) {
  const TestAuthority authority(random_);
  LoopbackIssuer issuer(authority.server());
  const std::string host = issuer.url().substr(8);
  issuer.set(kConfiguration,
             {.body = R"({"issuer":")" + issuer.url() + R"(","jwks_uri":"https://169.254.169.254/keys"})"});
  EXPECT_EQ(
      fetched(issuer, HttpsKeyFetcher({.ca_file = authority.ca_file(), .allowed_hosts = {*AllowedHost::parse(host)}})),
      "Corrupt: cannot connect to 169.254.169.254:443: its address may not be reached");
  EXPECT_EQ(fetched(issuer_, HttpsKeyFetcher({.allowed_hosts = {*AllowedHost::parse("127.0.0.1")}})),
            "Corrupt: the issuer's URL cannot be asked");
}

}  // namespace
}  // namespace coffer::sts::testing
