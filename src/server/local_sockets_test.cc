// The two local sockets without processes: the admin door over a memory store, the control door over a supervisor that
// has started nothing.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "crypto/aead.h"
#include "crypto/system_random.h"
#include "seal/region_key.h"
#include "server/admin.h"
#include "server/control.h"
#include "server/json_door.h"
#include "server/testing/fake_exchange.h"
#include "server/testing/temporary_directory.h"
#include "store/memory_store.h"
#include "wire/json.h"

namespace coffer::server {
namespace {

const Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);

class AdminDoorTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(seal::RootKey::generate_file(directory_ / "root.key", random_).ok());
    seal::SealOptions options;
    options.root_key = [this](const crypto::ScryptParameters&) {
      return seal::RootKey::from_file(directory_ / "root.key");
    };
    options.region = "us-east-1";
    auto key = seal::RegionKey::open(*store_, options, random_);
    ASSERT_TRUE(key.ok()) << key.error().message;
    region_key_.emplace(std::move(key).value());
    accounts_.emplace(iam::AccountStore::Parts{*store_, *region_key_, random_, clock_, home_});
  }

  AdminDoor door(std::string_view region) {
    return AdminDoor({.region = *Region::parse(region),
                      .home = *Region::parse("us-east-1"),
                      .store = *store_,
                      .accounts = *accounts_,
                      .links =
                          [] {
                            replication::LinkStatus link;
                            link.destination = *Region::parse("eu-west-1");
                            link.dirty = 3;
                            link.oldest_dirty = kNow - std::chrono::milliseconds(1500);
                            link.last_error = "connection refused";
                            return std::vector{link};
                          },
                      .workers = workers_,
                      .clock = clock_,
                      .log = log_});
  }

  TemporaryDirectory directory_;
  ManualClock clock_{kNow};
  Log log_{clock_, 2, LogLevel::kError};
  crypto::SystemRandom random_;
  std::unique_ptr<store::Store> store_ = store::make_memory_store();
  std::optional<seal::RegionKey> region_key_;
  const Region home_name_ = *Region::parse("us-east-1");
  const home::HomeRegion home_{{*store_, random_, home_name_, {}, home_name_}};
  std::optional<iam::AccountStore> accounts_;
  WorkerPool workers_{1, 16};
};

TEST_F(AdminDoorTest, MakesAnAccountOnceAndTellsItsCredentialsAgain) {
  AdminDoor admin = door("us-east-1");
  FakeExchange create("POST", "/accounts", {}, R"({"name":"dev","id":"123456789012"})");
  ASSERT_EQ(create.send_to(admin).status, 200) << create.body();
  wire::Document made;
  ASSERT_TRUE(wire::parse_json(create.body(), {}, made).ok());
  EXPECT_EQ(text_member(made.root(), "AccountId"), "123456789012");
  EXPECT_TRUE(text_member(made.root(), "AccessKeyId").starts_with("AKIA"));
  EXPECT_EQ(text_member(made.root(), "SecretAccessKey").size(), 40U);

  FakeExchange again("POST", "/accounts", {}, R"({"name":"other","id":"123456789012"})");
  EXPECT_EQ(again.send_to(admin).status, 400);
  EXPECT_NE(again.body().find("123456789012"), std::string::npos);

  FakeExchange credentials("GET", "/accounts/123456789012/root-credentials");
  EXPECT_EQ(credentials.send_to(admin).status, 200);
  EXPECT_EQ(credentials.body(), create.body());
  FakeExchange list("GET", "/accounts");
  list.send_to(admin);
  EXPECT_EQ(list.body(), R"([{"AccountId":"123456789012","Name":"dev"}])");
}

// Two homes would make two accounts of one id.
TEST_F(AdminDoorTest, OnlyTheHomeRegionMakesAccounts) {
  AdminDoor admin = door("eu-west-1");
  FakeExchange create("POST", "/accounts", {}, R"({"name":"dev"})");
  EXPECT_EQ(create.send_to(admin).status, 400);
  EXPECT_NE(create.body().find("made in us-east-1"), std::string::npos) << create.body();
}

TEST_F(AdminDoorTest, StatusTellsTheLagOfEveryLink) {
  AdminDoor admin = door("us-east-1");
  FakeExchange status("GET", "/status");
  EXPECT_EQ(status.send_to(admin).status, 200);
  EXPECT_NE(
      status.body().find(
          R"("links":[{"destination":"eu-west-1","dirty":3,"lag_milliseconds":1500,"last_error":"connection refused"}])"),
      std::string::npos)
      << status.body();
}

TEST_F(AdminDoorTest, RefusesWhatItDoesNotKnow) {
  AdminDoor admin = door("us-east-1");
  for (const auto& [method, target, body, status] :
       {std::tuple("GET", "/nothing", "", 404), std::tuple("DELETE", "/accounts", "", 404),
        std::tuple("POST", "/accounts", "{", 400), std::tuple("POST", "/accounts", R"({"name":"x","id":"12"})", 400),
        std::tuple("GET", "/accounts/12/root-credentials", "", 400),
        std::tuple("GET", "/accounts/root-credentials", "", 404),
        std::tuple("GET", "/accounts/000000000000/root-credentials", "", 404)}) {
    FakeExchange exchange(method, target, {}, body);
    EXPECT_EQ(exchange.send_to(admin).status, status) << method << " " << target << " " << exchange.body();
    EXPECT_TRUE(exchange.body().starts_with("{\"error\":\"")) << exchange.body();
  }
}

class ControlDoorTest : public testing::Test {
 protected:
  static Deployment two_regions() {
    return {.directory = "/nonexistent",
            .regions = {*Region::parse("us-east-1"), *Region::parse("eu-west-1")},
            .port = 4566,
            .account = *AccountId::parse("123456789012")};
  }

  ManualClock clock_{kNow};
  const Deployment deployment_ = two_regions();
  Supervisor supervisor_{deployment_, clock_, [](Duration) { return true; }};
  int woken_ = 0;
  ControlDoor door_{deployment_, supervisor_, [this] { ++woken_; }};
};

TEST_F(ControlDoorTest, QueuesACommandForTheMainThreadAndAnswersWhenItIsDone) {
  FakeExchange exchange("POST", "/regions/eu-west-1/kill");
  exchange.start(door_);
  EXPECT_EQ(woken_, 1);
  auto command = door_.next();
  ASSERT_TRUE(command.has_value());
  EXPECT_EQ(command->verb, ControlDoor::Verb::kKill);
  EXPECT_EQ(command->region.text(), "eu-west-1");
  EXPECT_FALSE(door_.next().has_value());
  answer_command(std::move(*command), supervisor_.stop(*Region::parse("eu-west-1"), StopHow::kKill));
  EXPECT_EQ(exchange.wait().status, 404);
  EXPECT_EQ(exchange.body(), R"({"error":"region eu-west-1 is not running"})");
}

TEST_F(ControlDoorTest, RefusesRegionsItDoesNotHave) {
  FakeExchange exchange("POST", "/regions/ap-south-1/start");
  EXPECT_EQ(exchange.send_to(door_).status, 400);
  EXPECT_EQ(exchange.body(), R"({"error":"this deployment has no region ap-south-1"})");
  FakeExchange nonsense("POST", "/regions/");
  EXPECT_EQ(nonsense.send_to(door_).status, 404);
}

TEST_F(ControlDoorTest, StatusShowsStoppedRegions) {
  FakeExchange exchange("GET", "/status");
  EXPECT_EQ(exchange.send_to(door_).status, 200);
  EXPECT_NE(
      exchange.body().find(R"({"region":"eu-west-1","state":"stopped","pid":0,"endpoint":"http://127.0.0.1:4568"})"),
      std::string::npos)
      << exchange.body();
}

// A second terminal must not wait for ever for a deployment that is going away.
TEST_F(ControlDoorTest, ADeploymentThatStopsAnswersWhatIsWaiting) {
  FakeExchange waiting("POST", "/regions/us-east-1/start");
  waiting.start(door_);
  door_.close();
  EXPECT_EQ(waiting.wait().status, 503);
  FakeExchange late("POST", "/regions/us-east-1/start");
  EXPECT_EQ(late.send_to(door_).status, 503);
}

}  // namespace
}  // namespace coffer::server
