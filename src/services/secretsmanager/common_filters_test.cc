#include "services/secretsmanager/common_filters.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace coffer::secretsmanager
