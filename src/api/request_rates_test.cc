#include "api/request_rates.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace coffer::api {
namespace {

constexpr const char* kHome = "192.0.2.1";
constexpr const char* kStranger = "203.0.113.9";

Operation operation(std::string_view name, bool is_unsigned) {
  return {.name = name,
          .action = name,
          .effect = Effect::kReads,
          .request_fields = {},
          .response_fields = {},
          .errors = {},
          .is_unsigned = is_unsigned,
          .rated_by = {},
          .run = nullptr};
}

class RequestRatesTest : public ::testing::Test {
 protected:
  static std::vector<Service> services() {
    return {{.target_prefix = {},
             .signing_name = "first",
             .operations = {operation("Sign", false)},
             .quotas = {{"other", 1, {"Nothing"}}, {"signs", 3, {"Sign"}}}},
            {.target_prefix = {},
             .signing_name = "second",
             .operations = {operation("Prove", true), operation("Sign", false)},
             .quotas = {{"proofs", 10, {"Prove"}}, {"proofs_source", 4, {"Prove"}, CountedBy::kSource}}}};
  }
  // How many of `asked` requests pass at once.
  int passed(const RequestRates::Counted& counted, int asked, std::string_view account, std::string_view address) {
    const RequestRates::Asker asker{AccountId::parse(account).value_or(AccountId()), address};
    int count = 0;
    for (int i = 0; i < asked; ++i)
      count += rates_.admit(counted, asker, clock_.stopwatch()) ? 1 : 0;
    return count;
  }

  const std::vector<Service> services_ = services();
  const RequestRates::Counted sign_ = RequestRates::counted(services_, services_[0], services_[0].operations[0]);
  const RequestRates::Counted prove_ = RequestRates::counted(services_, services_[1], services_[1].operations[0]);
  ManualClock clock_{Time(std::chrono::hours(24 * 365 * 50))};
  RequestRates rates_{services_};
};

TEST_F(RequestRatesTest, AnOperationCountsOnTheQuotasOfItsOwnServiceOnly) {
  EXPECT_EQ(sign_.by_account, 1u);
  EXPECT_EQ(sign_.by_source, std::nullopt);
  EXPECT_EQ(prove_.by_account, 2u);
  EXPECT_EQ(prove_.by_source, 3u);
  const auto elsewhere = RequestRates::counted(services_, services_[1], services_[1].operations[1]);
  EXPECT_EQ(elsewhere.by_account, std::nullopt);
  EXPECT_EQ(passed(elsewhere, 100, "111111111111", kHome), 100);
}

TEST_F(RequestRatesTest, WhatIsSignedCountsOnItsAccountFromWhereverItComes) {
  EXPECT_EQ(passed(sign_, 2, "111111111111", kHome), 2);
  EXPECT_EQ(passed(sign_, 9, "111111111111", kStranger), 1);
  EXPECT_EQ(passed(sign_, 9, "222222222222", kStranger), 3);
}

// One stranger takes what one address may have, and the account's own keep the rest.
TEST_F(RequestRatesTest, OneStrangerDoesNotUseUpAnAccountsRate) {
  EXPECT_EQ(passed(prove_, 1000, "111111111111", kStranger), 4);
  EXPECT_EQ(passed(prove_, 4, "111111111111", kHome), 4);
  EXPECT_EQ(passed(prove_, 4, "111111111111", "192.0.2.2"), 2) << "the account's ten";
  EXPECT_EQ(passed(prove_, 1, "222222222222", "192.0.2.3"), 1) << "another account has its own";
}

// Accounts that are made up help nobody further.
TEST_F(RequestRatesTest, AnAddressHasOneRateForAllAccounts) {
  int sum = 0;
  for (int i = 0; i < 100; ++i)
    sum += passed(prove_, 1, std::to_string(100'000'000'000 + i), kStranger);
  EXPECT_EQ(sum, 4);
  EXPECT_EQ(passed(prove_, 4, "", kHome), 4) << "names none";
}

TEST_F(RequestRatesTest, NobodyUsesUpTheRateOfThoseWhoSign) {
  const auto unsigned_sign = RequestRates::Counted{.by_account = 1, .by_source = {}, .is_unsigned = true};
  EXPECT_EQ(passed(unsigned_sign, 10, "111111111111", kStranger), 3);
  EXPECT_EQ(passed(sign_, 10, "111111111111", kHome), 3);
}

// Whoever has one address of IPv6 has 2^64.
TEST_F(RequestRatesTest, ANetworkOfIpv6IsOneSource) {
  EXPECT_EQ(passed(prove_, 3, "111111111111", "2001:db8:1:2::1"), 3);
  EXPECT_EQ(passed(prove_, 9, "222222222222", "2001:db8:1:2:ffff::2"), 1);
  EXPECT_EQ(passed(prove_, 9, "333333333333", "2001:db8:1:3::1"), 4);
  EXPECT_EQ(passed(prove_, 9, "444444444444", "::1"), 4);
  EXPECT_EQ(passed(prove_, 9, "555555555555", ""), 4) << "no address";
  EXPECT_EQ(passed(prove_, 9, "666666666666", "192.0.2.77"), 4);
}

}  // namespace
}  // namespace coffer::api
