// The two local sockets without processes: the admin door over a memory store, the control door over a supervisor that
// has started nothing.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "organizations/lifecycle.h"
#include "server/admin.h"
#include "server/control.h"
#include "server/json_door.h"
#include "server/testing/admin_site.h"
#include "server/testing/fake_exchange.h"
#include "wire/json.h"

namespace coffer::server {
namespace {

const Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);

class AdminDoorTest : public testing::Test {
 protected:
  AdminSite east_{"us-east-1", {"eu-west-1"}, "us-east-1"};
};

TEST_F(AdminDoorTest, MakesAnAccountOnceAndTellsItsCredentialsAgain) {
  AdminDoor admin = east_.door();
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
  EXPECT_EQ(list.body(), R"([{"AccountId":"123456789012","Name":"dev","Status":"ACTIVE"}])");
}

// Two homes would make two accounts of one id. The store knows who is home, whatever the configuration says.
TEST_F(AdminDoorTest, OnlyTheHomeRegionMakesAndClosesAccounts) {
  const std::string elsewhere =
      R"({"error":"accounts are made and closed in us-west-2, the home region of identities, not in us-east-1"})";
  AdminSite moved("us-east-1", {"us-west-2"}, "us-east-1");
  ASSERT_TRUE(moved.accounts.create("dev", AccountId::parse("123456789012")).ok());
  ASSERT_TRUE(moved.home.learn({*Region::parse("us-west-2"), 2}).ok());
  AdminDoor admin = moved.door();
  FakeExchange create("POST", "/accounts", {}, R"({"name":"other"})");
  EXPECT_EQ(create.send_to(admin).status, 400);
  EXPECT_EQ(create.body(), elsewhere);
  FakeExchange close("POST", "/accounts/123456789012/close");
  EXPECT_EQ(close.send_to(admin).status, 400);
  EXPECT_EQ(close.body(), elsewhere);

  AdminSite made_home("us-west-2", {"us-east-1"}, "us-east-1");
  ASSERT_TRUE(made_home.home.adopt(*made_home.home.claim()).ok());
  AdminDoor its_admin = made_home.door();
  FakeExchange create_there("POST", "/accounts", {}, R"({"name":"dev"})");
  EXPECT_EQ(create_there.send_to(its_admin).status, 200) << create_there.body();
}

TEST_F(AdminDoorTest, ClosesAnAccountForGood) {
  AdminDoor admin = east_.door();
  ASSERT_TRUE(east_.accounts.create("dev", AccountId::parse("123456789012")).ok());
  const auto organization = organizations::create_organization(
      east_.organizations, {*AccountId::parse("123456789012"), "management", "m@example.com"});
  ASSERT_TRUE(organization.ok());
  ASSERT_TRUE(east_.accounts.create("work", AccountId::parse("210987654321")).ok());
  const auto close = [&admin](const std::string& id) {
    FakeExchange exchange("POST", "/accounts/" + id + "/close");
    const int status = exchange.send_to(admin).status;
    return std::to_string(status) + " " + exchange.body();
  };
  EXPECT_EQ(close("210987654321"), R"(200 {"AccountId":"210987654321","Status":"SUSPENDED"})");
  EXPECT_EQ(close("210987654321"), R"(409 {"error":"The provided account is already closed."})");
  EXPECT_EQ(close("333333333333"), R"(404 {"error":"You specified an account that doesn't exist."})");
  EXPECT_TRUE(close("123456789012").starts_with(R"(409 {"error":"You can't close the management account.)"));
  FakeExchange list("GET", "/accounts");
  list.send_to(admin);
  EXPECT_EQ(list.body(), R"([{"AccountId":"123456789012","Name":"dev","Status":"ACTIVE"},)"
                         R"({"AccountId":"210987654321","Name":"work","Status":"SUSPENDED"}])");
}

TEST_F(AdminDoorTest, StatusTellsWhoIsHomeAndTheLagOfEveryLink) {
  replication::LinkStatus link;
  link.destination = *Region::parse("eu-west-1");
  link.dirty = 3;
  link.oldest_dirty = east_.clock.now() - std::chrono::milliseconds(1500);
  link.last_error = "connection refused";
  east_.links = {link};
  ASSERT_TRUE(east_.home.learn({*Region::parse("eu-west-1"), 4}).ok());
  AdminDoor admin = east_.door();
  FakeExchange status("GET", "/status");
  EXPECT_EQ(status.send_to(admin).status, 200);
  EXPECT_NE(
      status.body().find(
          R"("links":[{"destination":"eu-west-1","dirty":3,"lag_milliseconds":1500,"last_error":"connection refused"}])"),
      std::string::npos)
      << status.body();
  EXPECT_NE(status.body().find(R"("home":"eu-west-1","epoch":4)"), std::string::npos) << status.body();
}

TEST_F(AdminDoorTest, RefusesWhatItDoesNotKnow) {
  AdminDoor admin = east_.door();
  for (const auto& [method, target, body, status] :
       {std::tuple("GET", "/nothing", "", 404), std::tuple("DELETE", "/accounts", "", 404),
        std::tuple("POST", "/accounts", "{", 400), std::tuple("POST", "/accounts", R"({"name":"x","id":"12"})", 400),
        std::tuple("GET", "/accounts/12/root-credentials", "", 400),
        std::tuple("GET", "/accounts/root-credentials", "", 404),
        std::tuple("GET", "/accounts/000000000000/root-credentials", "", 404),
        std::tuple("GET", "/accounts/123456789012/close", "", 404), std::tuple("POST", "/accounts/12/close", "", 400),
        std::tuple("POST", "/accounts//close", "", 404), std::tuple("POST", "/identity-home", "", 404),
        std::tuple("POST", "/identity-home/adopt", "[]", 400)}) {
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
