// GET /identity-home and POST /identity-home/adopt over regions in memory, and what a region does that has become home.
#include "server/identity_home.h"

#include <gtest/gtest.h>

#include "home/state_exporter.h"
#include "iam/users.h"
#include "organizations/account_requests.h"
#include "organizations/lifecycle.h"
#include "server/json_door.h"
#include "server/testing/admin_site.h"
#include "server/testing/fake_exchange.h"
#include "wire/json.h"

namespace coffer::server {
namespace {

const AccountId kAccount = *AccountId::parse("123456789012");

class IdentityHomeTest : public testing::Test {
 protected:
  IdentityHomeTest() {
    if (!east_.accounts.create("dev", kAccount).ok()) std::abort();
    west_.connect(east_);
    east_.connect(west_);
    bring_everything();
  }

  // From east to west.
  void bring_everything() {
    for (const home::StateKind* kind : east_.kinds) {
      const auto ids = kind->all();
      ASSERT_TRUE(ids.ok());
      for (const home::StateId& id : *ids) {
        const auto known = west_.states.answer({id, *west_.home.claim()});
        ASSERT_TRUE(known.ok());
        auto made = home::export_state({*east_.store, *kind}, id, known->stamp);
        ASSERT_TRUE(made.ok());
        for (home::StatePart& part : made->parts) {
          part.home = *east_.home.claim();
          ASSERT_TRUE(west_.states.apply(part).ok());
        }
      }
    }
  }

  static std::string call(AdminSite& site, const std::string& method, const std::string& target,
                          const std::string& body = "") {
    AdminDoor admin = site.door();
    FakeExchange exchange(method, target, {}, body);
    const int status = exchange.send_to(admin).status;
    return std::to_string(status) + " " + exchange.body();
  }

  AdminSite east_{"us-east-1", {"us-west-2"}, "us-east-1"};
  AdminSite west_{"us-west-2", {"us-east-1"}, "us-east-1"};
};

TEST_F(IdentityHomeTest, TheReportTellsWhatIsKnownHereAndWhoAnswers) {
  ASSERT_TRUE(iam::create_user(east_.identity_store, kAccount, {.name = "alice"}).ok());
  EXPECT_EQ(call(east_, "GET", "/identity-home"),
            R"(200 {"region":"us-east-1","home":"us-east-1","epoch":1,"configured":"us-east-1",)"
            R"("accounts":[{"AccountId":"123456789012","Name":"dev","Status":"ACTIVE",)"
            R"("generations":{"account":1,"identities":1}}],"others":[],)"
            R"("regions":[{"region":"us-west-2","told":false,"home":"us-east-1","epoch":1}]})");
  // Of what only the home has seen, nothing is known here.
  EXPECT_EQ(call(west_, "GET", "/identity-home"),
            R"(200 {"region":"us-west-2","home":"us-east-1","epoch":1,"configured":"us-east-1",)"
            R"("objection":"us-east-1 answers, and is home of identities since epoch 1. Nothing was changed. --force )"
            R"(makes this region home all the same: changes that us-east-1 has not sent here yet are lost then",)"
            R"("accounts":[{"AccountId":"123456789012","Name":"dev","Status":"ACTIVE",)"
            R"("generations":{"account":1}}],"others":[],)"
            R"("regions":[{"region":"us-east-1","home":"us-east-1","epoch":1}]})");
  west_.disconnect(east_);
  const std::string alone = call(west_, "GET", "/identity-home");
  EXPECT_NE(alone.find(R"("regions":[{"region":"us-east-1","error":"connection refused"}])"), std::string::npos);
  EXPECT_EQ(alone.find("objection"), std::string::npos) << alone;
}

TEST_F(IdentityHomeTest, AnAdoptionIsRefusedWhileTheHomeAnswersUnlessForced) {
  const std::string refused = call(west_, "POST", "/identity-home/adopt");
  EXPECT_TRUE(refused.starts_with(R"(409 {"error":"us-east-1 answers, and is home)")) << refused;
  EXPECT_TRUE(call(west_, "POST", "/identity-home/adopt", R"({"force":false})").starts_with("409 "));
  EXPECT_EQ(west_.adopted, 0);
  EXPECT_EQ(west_.home.claim()->region, east_.region);

  const std::string forced = call(west_, "POST", "/identity-home/adopt", R"({"force":true})");
  EXPECT_TRUE(forced.starts_with(R"(200 {"region":"us-west-2","home":"us-west-2","epoch":2,"adopted":true,)"))
      << forced;
  EXPECT_NE(forced.find("changes that only us-east-1 has seen are lost"), std::string::npos) << forced;
  EXPECT_NE(forced.find(R"("generations":{"account":1})"), std::string::npos) << forced;
  EXPECT_EQ(west_.adopted, 1);
}

TEST_F(IdentityHomeTest, WhoIsHomeAlreadyIsToldSo) {
  west_.disconnect(east_);
  EXPECT_NE(call(west_, "POST", "/identity-home/adopt").find(R"("adopted":true)"), std::string::npos);
  const std::string again = call(west_, "POST", "/identity-home/adopt");
  EXPECT_NE(
      again.find(R"("epoch":2,"adopted":false,"message":"us-west-2 is home of identities already, since epoch 2")"),
      std::string::npos)
      << again;
  EXPECT_EQ(west_.adopted, 1);
}

// The old home may have died before its first key for session tokens reached anybody.
TEST_F(IdentityHomeTest, ANewHomeCanMakeSessionsAtOnce) {
  ASSERT_FALSE(west_.session_keys.sealing_key(west_.clock.now()).ok());
  west_.disconnect(east_);
  call(west_, "POST", "/identity-home/adopt");
  EXPECT_TRUE(west_.session_keys.sealing_key(west_.clock.now()).ok());
}

// Sessions that the old home has made go on: what sealed them is known here, and goes on sealing.
TEST_F(IdentityHomeTest, ANewHomeKeepsTheKeysOfSessions) {
  ASSERT_TRUE(east_.session_keys.step(east_.clock.now()).ok());
  bring_everything();
  const auto before = east_.session_keys.sealing_key(east_.clock.now());
  ASSERT_TRUE(before.ok());
  west_.disconnect(east_);
  call(west_, "POST", "/identity-home/adopt");
  const auto after = west_.session_keys.sealing_key(west_.clock.now());
  ASSERT_TRUE(after.ok());
  EXPECT_EQ((*after)->id, (*before)->id);
}

// Nobody else will: an account that was being made would stay in progress for ever.
TEST_F(IdentityHomeTest, ANewHomeEndsTheRequestsThatTheLostOneHasBegun) {
  const auto organization =
      organizations::create_organization(east_.organizations, {kAccount, "management", "m@example.com"});
  ASSERT_TRUE(organization.ok());
  const AccountId wanted = *AccountId::parse("444444444444");
  const auto request = organizations::begin_request(east_.organizations, organization->id,
                                                    {.account = wanted,
                                                     .name = "work",
                                                     .email = "w@example.com",
                                                     .role = "OrganizationAccountAccessRole",
                                                     .tags = {}});
  ASSERT_TRUE(request.ok());
  bring_everything();
  EXPECT_EQ(*west_.duties.step(), 0u) << "not before it is home";
  west_.disconnect(east_);
  call(west_, "POST", "/identity-home/adopt");
  const auto snapshot = west_.organization_cache.snapshot(organization->id);
  ASSERT_TRUE(snapshot.ok());
  EXPECT_EQ((*snapshot)->request(request->id)->state, organizations::RequestState::kSucceeded);
  EXPECT_TRUE(*west_.accounts.exists(wanted));
}

// As one that was killed right after its adoption.
TEST_F(IdentityHomeTest, TheDutiesOfAHomeBeginEvenIfNobodyTellsItThatItHasBecomeOne) {
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());
  ASSERT_FALSE(west_.session_keys.sealing_key(west_.clock.now()).ok());
  ASSERT_TRUE(west_.duties.step().ok());
  EXPECT_TRUE(west_.session_keys.sealing_key(west_.clock.now()).ok());
}

// It would seal sessions with keys that nobody takes from it.
TEST_F(IdentityHomeTest, AHomeThatHasForgottenItsEpochHasNoDuties) {
  ASSERT_TRUE(west_.states.learn({west_.region, 3}).ok());
  ASSERT_TRUE(west_.duties.step().ok());
  EXPECT_FALSE(west_.session_keys.sealing_key(west_.clock.now()).ok());
  const auto refused = west_.identity_home.require_here();
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("restored from a backup"), std::string::npos);
}

}  // namespace
}  // namespace coffer::server
