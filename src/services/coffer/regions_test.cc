// AddRegion and RemoveRegion, from JSON to JSON.
#include <gtest/gtest.h>

#include "kms/multi_region.h"
#include "services/coffer/testing/card_fixture.h"

namespace coffer::coffer_service {
namespace {

using testing::kAccount;
using testing::kEast;
using testing::kEurope;
using testing::kOther;
using testing::kWest;

// Something happens at the moment at which a removal is about to be written.
struct EventfulClock final : Clock {
  explicit EventfulClock(const Clock& real) : real_(real) {}
  Time now() const override {
    if (const auto once = std::exchange(event, nullptr)) once();
    return real_.now();
  }
  Duration monotonic() const override { return real_.monotonic(); }
  std::chrono::microseconds stopwatch() const override { return real_.stopwatch(); }

  mutable std::function<void()> event;

 private:
  const Clock& real_;
};

class RegionsTest : public testing::CardTest {
 protected:
  RegionsTest() { EXPECT_TRUE(membership_.load().ok()); }
  Rooms& rooms() override { return rooms_; }

  const RegionList regions_{kEast};
  home::HomeRegion home_{{*store_, random_, regions_, kEast}};
  kms::KeyExchange keys_{keyring_};
  const EventfulClock decision_clock_{clock_};
  regions::Membership membership_{{.store = *store_,
                                   .regions = regions_,
                                   .configured = {{kWest, {"10.0.0.2", 4600}}},
                                   .has_link = true,
                                   .clock = decision_clock_,
                                   .log = log_}};
  Rooms rooms_{explanations_, regions_, home_,     secrets_, [] { return RegionReport(); },
               &membership_,  &keys_,   {kAccount}};
  const std::string kEuropeBody = R"({"Region":"eu-west-1","Host":"10.0.0.3","Port":4600})";
};

TEST_F(RegionsTest, ARegionIsAddedOnceAndMoves) {
  EXPECT_EQ(call("AddRegion", R"({"Region":"eu-west-1","Host":"10.0.0.3","Port":4600,"DryRun":true})"),
            R"({"Region":"eu-west-1","Address":"10.0.0.3:4600","Result":"Added"})");
  EXPECT_FALSE(regions_.has(kEurope)) << "a dry run";
  EXPECT_TRUE(contains(call("AddRegion", kEuropeBody), R"("Result":"Added")"));
  EXPECT_TRUE(regions_.has(kEurope));
  EXPECT_TRUE(contains(call("AddRegion", kEuropeBody), R"("Result":"Unchanged")"));
  EXPECT_TRUE(
      contains(call("AddRegion", R"({"Region":"eu-west-1","Host":"c.example","Port":4601})"), R"("Result":"Moved")"));
  EXPECT_EQ(membership_.address_of(kEurope)->text(), "c.example:4601");
}

TEST_F(RegionsTest, WhatIsNoRegionOrNoPlaceIsRefused) {
  EXPECT_EQ(call("AddRegion", R"({"Region":"Mars","Host":"h","Port":1})"),
            "InvalidParameterException: Region must be the name of a region, such as us-east-1.");
  EXPECT_EQ(call("AddRegion", R"({"Region":"eu-west-1","Host":"h/../x","Port":1})"),
            "InvalidParameterException: Host must be a host name or an IP address.");
  EXPECT_TRUE(contains(call("AddRegion", R"({"Region":"eu-west-1","Host":"h","Port":65536})"), "ValidationException"));
  EXPECT_EQ(call("AddRegion", R"({"Region":"us-east-1","Host":"h","Port":1})"),
            "InvalidRequestException: This is us-east-1: a region is not added to itself.");
}

// An account's root user may do everything to what is the account's; the deployment is not.
TEST_F(RegionsTest, OnlyAnOperatorsAccountChangesTheRegions) {
  for (const char* operation : {"AddRegion", "RemoveRegion"}) {
    EXPECT_EQ(call(operation, kEuropeBody, kOther),
              "AccessDeniedException: User: arn:aws:iam::210987654321:root is not authorized to perform: coffer:" +
                  std::string(operation) +
                  " because account 210987654321 is none of operator.accounts in the configuration of us-east-1");
  }
  EXPECT_EQ(regions_.others(), std::vector<Region>{kWest});
}

TEST_F(RegionsTest, ARegionWithoutTiesIsRemoved) {
  create("alone");
  EXPECT_TRUE(contains(call("RemoveRegion", R"({"Region":"us-west-2","DryRun":true})"), R"("Result":"Removed")"));
  EXPECT_TRUE(regions_.has(kWest));
  EXPECT_EQ(call("RemoveRegion", R"({"Region":"us-west-2"})"),
            R"({"Region":"us-west-2","Result":"Removed","ReplicatedSecrets":0,"ReplicatedKeys":0,"FollowingKeys":0})");
  EXPECT_FALSE(regions_.has(kWest));
  EXPECT_TRUE(contains(call("RemoveRegion", R"({"Region":"us-west-2"})"), R"("Result":"Unchanged")"));
  EXPECT_TRUE(contains(call("GetRegionStatus", "{}"), R"("BeingForgotten":[{"Region":"us-west-2",)"));
}

TEST_F(RegionsTest, NeitherItselfNorTheHomeIsRemoved) {
  EXPECT_TRUE(contains(call("RemoveRegion", R"({"Region":"us-east-1","Lost":true})"), "not removed from itself"));
  ASSERT_TRUE(*home_.learn({kWest, 2}));
  EXPECT_EQ(call("RemoveRegion", R"({"Region":"us-west-2","Lost":true})"),
            "InvalidRequestException: us-west-2 is the home of identities. Make another region home first: coffer "
            "identity adopt-home.");
}

// coffer identity adopt-home is called there at the same moment.
TEST_F(RegionsTest, ARegionThatBecomesHomeWhileItIsRemovedStays) {
  decision_clock_.event = [this] { ASSERT_TRUE(*home_.learn({kWest, 2})); };
  EXPECT_TRUE(contains(call("RemoveRegion", R"({"Region":"us-west-2"})"), "us-west-2 is the home of identities"));
  EXPECT_TRUE(regions_.has(kWest));
}

TEST_F(RegionsTest, ARegionWithCopiesIsRemovedAsLostOnly) {
  create("a", "v", {kWest});
  const std::string arn = create("b", "v", {kWest})->arn;
  const std::string refused = call("RemoveRegion", R"({"Region":"us-west-2"})");
  EXPECT_TRUE(contains(refused, "InvalidRequestException: 2 secrets of us-east-1 have copies in us-west-2, such as "))
      << refused;
  EXPECT_TRUE(contains(refused, "RemoveRegionsFromReplication")) << refused;
  EXPECT_TRUE(regions_.has(kWest));
  EXPECT_TRUE(contains(call("RemoveRegion", R"({"Region":"us-west-2","Lost":true})"), R"("ReplicatedSecrets":2)"));
  EXPECT_FALSE(regions_.has(kWest));
  EXPECT_TRUE(contains(call("AddRegion", R"({"Region":"us-west-2","Host":"10.0.0.2","Port":4600})"),
                       "InvalidRequestException: us-west-2 was removed as lost, and is still being taken out"));
  ASSERT_TRUE(membership_.forget(membership_.removals().at(0)).ok());
  EXPECT_TRUE(contains(call("AddRegion", R"({"Region":"us-west-2","Host":"10.0.0.2","Port":4600})"), "Added"));
}

// Otherwise it would serve them again, as soon as it is added again.
TEST_F(RegionsTest, ARegionThatHasNotHeardThatItsCopiesWereRemovedStays) {
  create("a", "v", {kWest});
  ASSERT_TRUE(edit("a", [](secrets::Change& change) {
                change.secret.replicas.clear();
                change.removed_replicas = {kWest};
              }).ok());
  const std::string refused = call("RemoveRegion", R"({"Region":"us-west-2"})");
  EXPECT_TRUE(contains(refused, "1 secret of us-east-1 has copies in us-west-2 that were removed from replication"))
      << refused;
  EXPECT_TRUE(regions_.has(kWest));
  EXPECT_TRUE(contains(call("RemoveRegion", R"({"Region":"us-west-2","Lost":true,"DryRun":true})"), "Removed"));
  store::Transaction acknowledged;
  acknowledged.deletes.push_back(store::OutboxKey{kWest, "secret", kAccount, "a"}.text());
  ASSERT_TRUE(store_->commit(std::move(acknowledged)).ok());
  EXPECT_TRUE(contains(call("RemoveRegion", R"({"Region":"us-west-2"})"), "Removed"));
}

// Otherwise a secret would be left without a primary.
TEST_F(RegionsTest, WhatHasItsPrimaryThereIsPromotedFirstAlsoWhenItIsLost) {
  receive("db");
  for (const char* body : {R"({"Region":"us-west-2"})", R"({"Region":"us-west-2","Lost":true})"}) {
    const std::string refused = call("RemoveRegion", body);
    EXPECT_TRUE(contains(refused, "1 secret in us-east-1 has the primary in us-west-2, such as ")) << refused;
    EXPECT_TRUE(contains(refused, "coffer failover --from us-west-2 --to us-east-1")) << refused;
  }
  ASSERT_TRUE(contains(call("FailOverSecret", R"({"SecretId":"db","FromRegion":"us-west-2"})"), "Primary"));
  EXPECT_TRUE(contains(call("RemoveRegion", R"({"Region":"us-west-2","Lost":true})"), "Removed"));
}

// It arrived while the region was being removed.
TEST_F(RegionsTest, ACopyWhosePrimarysRegionWasRemovedIsPromotedAllTheSame) {
  ASSERT_TRUE(contains(call("RemoveRegion", R"({"Region":"us-west-2"})"), "Removed"));
  receive("db");
  EXPECT_TRUE(contains(call("FailOverSecret", R"({"SecretId":"db","FromRegion":"us-west-2"})"), "Primary"));
}

TEST_F(RegionsTest, MultiRegionKeysAreTiesToo) {
  const kms::KeyName key = keyring_.draw_name(kOther, kms::MultiRegion::kPrimary);
  ASSERT_TRUE(keyring_.create_key(kms::NewKey{key, "", {}, {}}).ok());
  ASSERT_TRUE(kms::replicate(keyring_, key, kWest, {}).ok());
  EXPECT_TRUE(contains(call("RemoveRegion", R"({"Region":"us-west-2"})"),
                       "1 multi-region KMS key of us-east-1 has replicas in us-west-2"));
  EXPECT_TRUE(
      contains(call("RemoveRegion", R"({"Region":"us-west-2","Lost":true,"DryRun":true})"), R"("ReplicatedKeys":1)"));
  EXPECT_TRUE(regions_.has(kWest));
}

// Where nobody has given the service what it takes.
TEST_F(RegionsTest, WithoutAMembershipNothingChanges) {
  rooms_.membership = nullptr;
  EXPECT_EQ(call("AddRegion", kEuropeBody), "InvalidRequestException: The regions of us-east-1 do not change.");
}

}  // namespace
}  // namespace coffer::coffer_service
