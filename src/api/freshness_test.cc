// What clients may demand of freshness, to the letter: a demand that was misread would be one that was not kept.
#include "api/freshness.h"

#include <gtest/gtest.h>

#include <vector>

namespace coffer::api {
namespace {

constexpr std::string_view kVersion = "11111111-1111-1111-1111-111111111111";

std::string staleness(std::string_view value) {
  const std::vector<net::Header> headers = {{"Host", "localhost"}, {"X-Coffer-Max-Staleness", value}};
  const auto demand = parse_freshness(headers);
  if (!demand.ok()) return std::string(error_name(demand.error().code));
  return std::to_string(demand->max_staleness->count());
}

std::string message(const std::vector<net::Header>& headers) {
  const auto demand = parse_freshness(headers);
  return demand.ok() ? "good" : demand.error().message;
}

TEST(Freshness, WithoutTheHeadersNothingIsDemanded) {
  const std::vector<net::Header> headers = {{"Host", "localhost"}, {"x-coffer-min-versions", "x"}};
  const auto demand = parse_freshness(headers);
  ASSERT_TRUE(demand.ok());
  EXPECT_FALSE(demand->is_any());
}

TEST(Freshness, StalenessIsSecondsWithUpToThreeDigitsBehindThePoint) {
  EXPECT_EQ(staleness("0"), "0");
  EXPECT_EQ(staleness("5"), "5000");
  EXPECT_EQ(staleness("005"), "5000");
  EXPECT_EQ(staleness("0.5"), "500");
  EXPECT_EQ(staleness("0.025"), "25");
  EXPECT_EQ(staleness("2.50"), "2500");
  EXPECT_EQ(staleness("31536000"), "31536000000");
}

TEST(Freshness, AnythingElseIsNoStaleness) {
  for (const char* bad : {"",
                          "-1",
                          "+1",
                          "1e3",
                          ".5",
                          "5.",
                          "1.2345",
                          "1.-5",
                          "1 ",
                          "1,5",
                          "0x10",
                          "inf",
                          "nan",
                          "1.2.3",
                          "31536000.001",
                          "31536001",
                          "99999999",
                          "100000000",
                          "18446744073709551616",
                          "five",
                          "5s"})
    EXPECT_EQ(staleness(bad), "ValidationException") << bad;
  EXPECT_EQ(message({{"x-coffer-max-staleness", "-1"}}),
            "x-coffer-max-staleness must be a number of seconds from 0 to 31536000, with at most three digits behind "
            "the point.");
}

TEST(Freshness, AVersionIsAVersionId) {
  const std::vector<net::Header> headers = {{"X-COFFER-MIN-VERSION", kVersion}};
  const auto demand = parse_freshness(headers);
  ASSERT_TRUE(demand.ok());
  ASSERT_TRUE(demand->min_version);
  EXPECT_EQ(demand->min_version->text(), kVersion);
  EXPECT_FALSE(demand->max_staleness);
  for (const std::string& bad : {std::string(), std::string("short"), std::string(65, 'a')})
    EXPECT_EQ(message({{"x-coffer-min-version", bad}}),
              "x-coffer-min-version must be a version id of 32 to 64 characters.");
}

// Of two demands nobody knows which is meant.
TEST(Freshness, NothingIsDemandedTwice) {
  EXPECT_EQ(message({{"x-coffer-min-version", kVersion}, {"X-Coffer-Min-Version", kVersion}}),
            "x-coffer-min-version is there twice.");
  EXPECT_EQ(message({{"x-coffer-max-staleness", "1"}, {"x-coffer-max-staleness", "1"}}),
            "x-coffer-max-staleness is there twice.");
}

TEST(Freshness, ALagIsMillisecondsOrUnknown) {
  EXPECT_EQ(text_of(Duration(1250)), "1250");
  EXPECT_EQ(text_of(std::nullopt), "unknown");
}

}  // namespace
}  // namespace coffer::api
