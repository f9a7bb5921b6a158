#include "services/secretsmanager/common_filters.h"

#include <gtest/gtest.h>

#include <map>

namespace coffer::secretsmanager {
namespace {

using Words = std::vector<std::string>;

// Measured on AWS, see the spec: what the filters description and all can find depends on nothing but these words.
TEST(FilterWords, AreSplitAtOneKindOfSeparatorAndAtCapitals) {
  EXPECT_EQ(split_words("MyTest"), (Words{"my", "test"}));
  EXPECT_EQ(split_words("COMPANYthings"), (Words{"compan", "ythings"}));
  EXPECT_EQ(split_words("COMPANY"), (Words{"company"}));
  EXPECT_EQ(split_words("prod/AppBeta"), (Words{"prod", "app", "beta"}));
  EXPECT_EQ(split_words("a-b-c"), (Words{"a", "b", "c"}));
  EXPECT_EQ(split_words("x_y+z"), (Words{"x_y+z"})) << "two kinds of separators: one word";
  EXPECT_EQ(split_words("prod-AppBeta/x"), (Words{"prod-appbeta/x"}));
  EXPECT_EQ(split_words("two  words"), (Words{"two", "words"}));
  EXPECT_EQ(split_words("//a//"), (Words{"a"}));
}

TEST(FilterWords, ABareSeparatorIsNoWord) {
  for (const char* text : {"", " ", "/", "-", "_", "+", "=", ".", "@", "  //  "})
    EXPECT_TRUE(split_words(text).empty()) << text;
}

TEST(FilterWords, ValuesMayHoldWhatTheModelSays) {
  EXPECT_TRUE(kFilterValuePattern.matches("!aZ 09:_@/+=.-!"));
  EXPECT_TRUE(kFilterValuePattern.matches(""));
  for (const char* text : {"a*", "a?", "\n", "\xc3\xa9", "a,b"})
    EXPECT_FALSE(kFilterValuePattern.matches(text)) << text;
}

Filter filter(std::string key, std::vector<std::string> values) {
  return {.key = std::move(key), .values = std::move(values)};
}

bool passes(const secrets::Secret& secret, std::string key, std::vector<std::string> values) {
  const std::vector<Filter> filters = {filter(std::move(key), std::move(values))};
  return FilterSet(filters).pass(secret);
}

secrets::Secret example() {
  secrets::Secret secret;
  secret.name = "prod/AppBeta";
  secret.description = "The password of the orders database";
  secret.tags = {{"Team", "payments-core"}, {"cost", "c42"}};
  return secret;
}

// Each word of the value must begin a word of one text: in any order, repeated or not, and not spread over two texts.
TEST(FilterSet, FindsWordsWhateverTheirOrder) {
  const secrets::Secret secret = example();
  for (const char* value : {"password", "database password", "data pass", "data data", "o or ord orders", "t"})
    EXPECT_TRUE(passes(secret, "description", {value})) << value;
  for (const char* value : {"passwords", "password beta", "", " ", "assword", "zzz", "data zzz", "a", "the x"})
    EXPECT_FALSE(passes(secret, "description", {value})) << value;
  for (const char* value : {"beta prod", "core", "team", "c42", "orders"})
    EXPECT_TRUE(passes(secret, "all", {value})) << value;
  EXPECT_FALSE(passes(secret, "all", {"team payments"}));
  EXPECT_TRUE(passes(secret, "all", {"!team payments"}));
  EXPECT_FALSE(passes(secret, "all", {"!core"}));
  EXPECT_TRUE(passes(secret, "all", {"nothing", "core"}));
  EXPECT_TRUE(FilterSet({}).pass(secret));
}

// ListSecrets compares up to a hundred values with up to a hundred texts of each secret: to split all texts for each
// value took seconds.
TEST(FilterSet, SplitsEachValueOnceAndEachTextOncePerSecret) {
  std::map<std::string, int> splits;
  const auto count = [&splits](std::string_view text) {
    ++splits[std::string(text)];
    return split_words(text);
  };
  const std::vector<Filter> filters = {filter("all", {"absent", "!missing"}), filter("all", {"gone", "!lost"}),
                                       filter("description", {"nowhere", "!away"}), filter("name", {"prod"})};
  const FilterSet set(filters, count);
  const secrets::Secret first = example();
  secrets::Secret second = example();
  second.name = "prod/other";
  second.description = "another";
  second.tags = {{"other-key", "other-value"}};
  EXPECT_TRUE(set.pass(first));
  EXPECT_TRUE(set.pass(second));
  EXPECT_EQ(splits.size(), 6U + 6U + 4U);
  for (const auto& [text, times] : splits)
    EXPECT_EQ(times, 1) << text;
}

// Most requests have no such filter.
TEST(FilterSet, SplitsNothingWhenNoFilterAsksForWords) {
  const std::vector<Filter> filters = {filter("name", {"prod"}), filter("tag-key", {"Team"})};
  const FilterSet set(filters, [](std::string_view) {
    ADD_FAILURE();
    return Words();
  });
  EXPECT_TRUE(set.pass(example()));
}

// A text that comes late is not split when an early one decides.
TEST(FilterSet, SplitsNoMoreThanItNeeds) {
  std::vector<std::string> splits;
  const std::vector<Filter> filters = {filter("all", {"beta"})};
  const FilterSet set(filters, [&splits](std::string_view text) {
    splits.emplace_back(text);
    return split_words(text);
  });
  EXPECT_TRUE(set.pass(example()));
  EXPECT_EQ(splits, (Words{"beta", "prod/AppBeta"}));
}

}  // namespace
}  // namespace coffer::secretsmanager
