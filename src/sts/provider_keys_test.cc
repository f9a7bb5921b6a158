#include "sts/provider_keys.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <future>

#include "sts/testing/fake_issuer.h"
#include "sts/testing/world.h"

namespace coffer::sts::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kNoKey =
    "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements";
constexpr std::string_view kUnreachable =
    "IDPCommunicationError: The identity provider that was asked to verify the incoming identity token could not be "
    "reached. Retry the request.";

class ProviderKeysTest : public ::testing::Test {
 protected:
  ~ProviderKeysTest() override { ::close(log_file_); }

  std::string found(std::string_view key_id = "key-1") {
    return outcome(
        keys_.find({.issuer = issuer_.url(), .key_id = key_id, .algorithm = crypto::SignatureAlgorithm::kEs256}));
  }
  std::string log() const {
    std::string text(4096, '\0');
    text.resize(static_cast<size_t>(::pread(log_file_, text.data(), text.size(), 0)));
    return text;
  }

  FakeIssuer issuer_{"https://issuer.example"};
  ManualClock clock_{kNow};
  const int log_file_ = ::memfd_create("log", MFD_CLOEXEC);
  const Log log_{clock_, log_file_, LogLevel::kInfo};
  ProviderKeys keys_{{.fetcher = issuer_, .clock = clock_, .log = log_}};
};

TEST_F(ProviderKeysTest, AnIssuerIsAskedOnceAnHour) {
  EXPECT_EQ(found(), "ok");
  clock_.advance(hours(1) - seconds(1));
  EXPECT_EQ(found(), "ok");
  EXPECT_EQ(issuer_.fetches, 1);
  clock_.advance(seconds(1));
  EXPECT_EQ(found(), "ok");
  EXPECT_EQ(issuer_.fetches, 2);
}

// Whoever makes up key ids must not make us ask the issuer for each.
TEST_F(ProviderKeysTest, AnUnknownKeyIsAskedForAtMostOnceAMinute) {
  EXPECT_EQ(found(), "ok");
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(found("made up"), kNoKey);
  EXPECT_EQ(issuer_.fetches, 1);
  clock_.advance(minutes(1));
  EXPECT_EQ(found("made up"), kNoKey);
  EXPECT_EQ(found("made up"), kNoKey);
  EXPECT_EQ(issuer_.fetches, 2);
}

TEST_F(ProviderKeysTest, ANewKeyIsFoundAfterAMinute) {
  EXPECT_EQ(found(), "ok");
  issuer_.key_id = "key-2";
  EXPECT_EQ(found("key-2"), kNoKey);
  clock_.advance(minutes(1));
  EXPECT_EQ(found("key-2"), "ok");
  EXPECT_EQ(found("key-1"), kNoKey);  // the issuer has withdrawn it
}

TEST_F(ProviderKeysTest, AFailureIsToldApartAndLogged) {
  issuer_.failure = Error{ErrorCode::kIo, "connection refused"};
  EXPECT_EQ(found(), kUnreachable);
  EXPECT_EQ(found(), kUnreachable);
  EXPECT_EQ(issuer_.fetches, 1);
  EXPECT_NE(log().find("connection refused"), std::string::npos);
  clock_.advance(minutes(1));
  issuer_.failure = Error{ErrorCode::kCorrupt, "<html>"};
  EXPECT_EQ(found(), kNoKey);
  clock_.advance(minutes(1));
  issuer_.failure.reset();
  EXPECT_EQ(found(), "ok");
}

TEST_F(ProviderKeysTest, KeysOutliveTheirIssuerForADay) {
  EXPECT_EQ(found(), "ok");
  issuer_.failure = Error{ErrorCode::kTimeout, "no answer"};
  clock_.advance(hours(23));
  EXPECT_EQ(found(), "ok");
  EXPECT_EQ(issuer_.fetches, 2);
  clock_.advance(hours(1));
  EXPECT_EQ(found(), kUnreachable);
}

// Many pods start at once: the issuer is asked once, and they all get its answer.
TEST_F(ProviderKeysTest, ThoseWhoComeMeanwhileWaitForTheSameAnswer) {
  std::promise<void> begun;
  std::promise<void> go_on;
  issuer_.during_fetch = [&] {
    begun.set_value();
    go_on.get_future().wait();
  };
  auto first = std::async(std::launch::async, [this] { return found(); });
  begun.get_future().wait();
  auto second = std::async(std::launch::async, [this] { return found(); });
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  go_on.set_value();
  EXPECT_EQ(first.get(), "ok");
  EXPECT_EQ(second.get(), "ok");
  EXPECT_EQ(issuer_.fetches, 1);
}

// A slow issuer must not take all workers from those who write.
TEST_F(ProviderKeysTest, NoMoreThanSoManyWait) {
  ProviderKeys keys({.fetcher = issuer_, .clock = clock_, .log = log_, .max_waiting = 1});
  const auto find = [&](std::string_view issuer) {
    return outcome(keys.find({.issuer = issuer, .key_id = "key-1", .algorithm = crypto::SignatureAlgorithm::kEs256}));
  };
  std::promise<void> begun;
  std::promise<void> go_on;
  issuer_.during_fetch = [&] {
    begun.set_value();
    go_on.get_future().wait();
  };
  auto first = std::async(std::launch::async, [&] { return find(issuer_.url()); });
  begun.get_future().wait();
  EXPECT_EQ(find(issuer_.url()), kUnreachable);
  EXPECT_EQ(find("https://other.example"), kUnreachable);
  go_on.set_value();
  EXPECT_EQ(first.get(), "ok");
  EXPECT_EQ(find(issuer_.url()), "ok");
}

// Somebody else's provider that does not answer must not lock out those whose keys are known.
TEST_F(ProviderKeysTest, KeysThatAreKnownDoWhileOthersWait) {
  ProviderKeys keys({.fetcher = issuer_, .clock = clock_, .log = log_, .max_waiting = 1});
  const auto find = [&](std::string_view issuer) {
    return outcome(keys.find({.issuer = issuer, .key_id = "key-1", .algorithm = crypto::SignatureAlgorithm::kEs256}));
  };
  EXPECT_EQ(find(issuer_.url()), "ok");
  clock_.advance(hours(2));
  std::promise<void> begun;
  std::promise<void> go_on;
  issuer_.during_fetch = [&] {
    begun.set_value();
    go_on.get_future().wait();
  };
  auto slow = std::async(std::launch::async, [&] { return find("https://other.example"); });
  begun.get_future().wait();
  EXPECT_EQ(find(issuer_.url()), "ok") << "its keys are two hours old, and nobody can ask for new ones now";
  go_on.set_value();
  slow.wait();
}

TEST_F(ProviderKeysTest, AFetchThatThrowsIsNotTheLast) {
  issuer_.during_fetch = [] { throw std::bad_alloc(); };
  EXPECT_THROW((void)found(), std::bad_alloc);
  issuer_.during_fetch = nullptr;
  EXPECT_EQ(found(), kNoKey);  // not again within the minute
  clock_.advance(minutes(1));
  EXPECT_EQ(found(), "ok");
}

TEST_F(ProviderKeysTest, TheNumberOfIssuersIsBounded) {
  EXPECT_EQ(found(), "ok");
  for (int i = 0; i < 1000; ++i) {
    clock_.advance(Duration(1));
    const std::string other = "https://other.example/" + std::to_string(i);
    EXPECT_FALSE(
        keys_.find({.issuer = other, .key_id = "key-1", .algorithm = crypto::SignatureAlgorithm::kEs256}).ok());
  }
  // The first one had to go, and is asked again.
  const int before = issuer_.fetches;
  EXPECT_EQ(found(), "ok");
  EXPECT_EQ(issuer_.fetches, before + 1);
}

}  // namespace
}  // namespace coffer::sts::testing
