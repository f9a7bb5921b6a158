#include "policy/condition.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "policy/condition_value.h"

namespace coffer::policy {
namespace {

TEST(ConditionOperator, IsPrefixComparisonAndSuffix) {
  EXPECT_EQ(*ConditionOperator::parse("StringEquals"), (ConditionOperator{Comparison::kStringEquals}));
  EXPECT_EQ(*ConditionOperator::parse("ArnNotLikeIfExists"),
            (ConditionOperator{Comparison::kArnNotLike, Quantifier::kNone, true}));
  EXPECT_EQ(*ConditionOperator::parse("ForAnyValue:StringLike"),
            (ConditionOperator{Comparison::kStringLike, Quantifier::kForAnyValue, false}));
  EXPECT_EQ(*ConditionOperator::parse("ForAllValues:NumericLessThanEqualsIfExists"),
            (ConditionOperator{Comparison::kNumericLessThanEquals, Quantifier::kForAllValues, true}));
  EXPECT_EQ(ConditionOperator::parse("foranyvalue:STRINGLIKEifexists")->text(), "ForAnyValue:StringLikeIfExists");
  EXPECT_EQ(ConditionOperator::parse("ForAllValues:Bool")->text(), "ForAllValues:Bool");
}

// Each name must lead to its own comparison, or a policy means something else than it says.
TEST(ConditionOperator, KnowsAllComparisonsOfAws) {
  constexpr std::string_view kNames[] = {"StringEquals",
                                         "StringNotEquals",
                                         "StringEqualsIgnoreCase",
                                         "StringNotEqualsIgnoreCase",
                                         "StringLike",
                                         "StringNotLike",
                                         "NumericEquals",
                                         "NumericNotEquals",
                                         "NumericLessThan",
                                         "NumericLessThanEquals",
                                         "NumericGreaterThan",
                                         "NumericGreaterThanEquals",
                                         "DateEquals",
                                         "DateNotEquals",
                                         "DateLessThan",
                                         "DateLessThanEquals",
                                         "DateGreaterThan",
                                         "DateGreaterThanEquals",
                                         "Bool",
                                         "BinaryEquals",
                                         "IpAddress",
                                         "NotIpAddress",
                                         "ArnEquals",
                                         "ArnNotEquals",
                                         "ArnLike",
                                         "ArnNotLike",
                                         "Null"};
  int number = 0;  // the order of the enumeration
  for (const std::string_view name : kNames) {
    const auto op = ConditionOperator::parse(name);
    ASSERT_TRUE(op) << name;
    EXPECT_EQ(static_cast<int>(op->comparison), number++) << name;
    EXPECT_EQ(op->text(), name);
  }
  EXPECT_EQ(number, static_cast<int>(Comparison::kNull) + 1);
}

TEST(Number, IsDecimalAndFinite) {
  EXPECT_EQ(parse_number("7"), 7);
  EXPECT_EQ(parse_number("-1.5"), -1.5);
  EXPECT_EQ(parse_number("1e3"), 1000);
  for (const std::string_view text : {"", " 1", "1 ", "+1", "0x10", "nan", "inf", "1e999", "1,5", "${x}"})
    EXPECT_FALSE(parse_number(text)) << text;
}

TEST(Truth, IsTrueOrFalseWhateverTheCase) {
  EXPECT_EQ(parse_truth("true"), true);
  EXPECT_EQ(parse_truth("False"), false);
  for (const std::string_view text : {"", "1", "yes", "true "})
    EXPECT_FALSE(parse_truth(text)) << text;
}

std::string time_of(std::string_view text) {
  const auto time = parse_policy_time(text);
  return time ? iso_extended(*time) : "none";
}

TEST(PolicyTime, IsIso8601OrSecondsSince1970) {
  EXPECT_EQ(time_of("2026"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(time_of("2026-03"), "2026-03-01T00:00:00.000Z");
  EXPECT_EQ(time_of("2026-03-31"), "2026-03-31T00:00:00.000Z");
  EXPECT_EQ(time_of("2024-02-29"), "2024-02-29T00:00:00.000Z");
  EXPECT_EQ(time_of("2026-03-31T23:59Z"), "2026-03-31T23:59:00.000Z");
  EXPECT_EQ(time_of("2026-03-31T23:59:58Z"), "2026-03-31T23:59:58.000Z");
  EXPECT_EQ(time_of("2026-03-31T23:59:58.1239Z"), "2026-03-31T23:59:58.123Z");
  EXPECT_EQ(time_of("2026-03-31T23:59:58.5+02:30"), "2026-03-31T21:29:58.500Z");
  EXPECT_EQ(time_of("2026-03-31T23:59-01:00"), "2026-04-01T00:59:00.000Z");
  EXPECT_EQ(time_of("1767225600"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(time_of("86400"), "1970-01-02T00:00:00.000Z");
}

TEST(PolicyTime, RefusesEverythingElse) {
  for (const std::string_view text : {"",
                                      "26",
                                      "202",
                                      "2026-",
                                      "2026-1",
                                      "2026-13",
                                      "2026-02-29",
                                      "2026-02-30T10:00Z",
                                      "2026-03T10:00Z",
                                      "2026T10:00Z",
                                      "2026-03-31T",
                                      "2026-03-31T10Z",
                                      "2026-03-31T10:00",
                                      "2026-03-31T10:00:00",
                                      "2026-03-31T24:00Z",
                                      "2026-03-31T10:60Z",
                                      "2026-03-31T10:00:60Z",
                                      "2026-03-31T10:00:00.Z",
                                      "2026-03-31T10:00Zx",
                                      "2026-03-31T10:00z",
                                      "2026-03-31T10:00+0200",
                                      "2026-03-31T10:00+24:00",
                                      "2026-03-31 10:00Z",
                                      "2026-03-31x",
                                      " 2026",
                                      "-2026",
                                      "9999999999999",
                                      "1767225600.5",
                                      "tomorrow"})
    EXPECT_EQ(time_of(text), "none") << text;
}

bool covers(std::string_view range, std::string_view address) {
  return AddressRange::parse(range)->contains(*AddressRange::parse(address));
}

TEST(AddressRange, HasAFamilyAndAPrefix) {
  EXPECT_TRUE(covers("10.0.0.0/8", "10.255.255.255"));
  EXPECT_TRUE(covers("10.1.2.3/8", "10.0.0.1"));
  EXPECT_FALSE(covers("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(covers("0.0.0.0/0", "203.0.113.7"));
  EXPECT_TRUE(covers("203.0.113.7", "203.0.113.7"));
  EXPECT_FALSE(covers("203.0.113.6/32", "203.0.113.7"));
  EXPECT_TRUE(covers("203.0.113.6/31", "203.0.113.7"));
  EXPECT_FALSE(covers("10.0.0.0/16", "10.0.0.0/8"));
  EXPECT_TRUE(covers("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(covers("2001:db8::/32", "2001:db9::1"));
  EXPECT_FALSE(covers("::/0", "10.0.0.1"));
  EXPECT_FALSE(covers("0.0.0.0/0", "2001:db8::1"));
  EXPECT_EQ(AddressRange::parse("203.0.113.7")->prefix(), 32);
  EXPECT_EQ(AddressRange::parse("::1")->prefix(), 128);
}

// A peer that reaches a socket of IPv6 by IPv4 has such an address.
TEST(AddressRange, Ipv4WrittenAsIpv6IsIpv4) {
  EXPECT_TRUE(covers("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_TRUE(covers("::ffff:10.0.0.0/104", "10.1.2.3"));
  EXPECT_EQ(AddressRange::parse("::ffff:10.0.0.0/104")->prefix(), 8);
  EXPECT_EQ(AddressRange::parse("::ffff:10.0.0.0/95")->family(), AddressRange::Family::kIpv6);
}

TEST(AddressRange, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "/8", "10.0.0/8", "10.0.0.256", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8/8",
        "10.0.0.0/8 ", "::1/129", "2001:db8:::1", "fe80::1%eth0", "localhost", "010.0.0.1"})
    EXPECT_FALSE(AddressRange::parse(text)) << text;
  EXPECT_FALSE(AddressRange::parse(std::string_view("10.0.0.1\0", 9)));
  EXPECT_FALSE(AddressRange::parse(std::string(100, '1')));
}

}  // namespace
}  // namespace coffer::policy
