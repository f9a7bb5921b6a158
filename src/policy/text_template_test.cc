// How variables are written and what they stand for is in tests/policies/evaluation/variables.json; here is what JSON
// cannot show.
#include "policy/text_template.h"

#include <gtest/gtest.h>

namespace coffer::policy {
namespace {

constexpr LanguageVersion k2012 = LanguageVersion::k2012;

TEST(TextTemplate, OnlyNewDocumentsHaveVariables) {
  EXPECT_TRUE(TextTemplate("${aws:username}", k2012).has_variables());
  EXPECT_FALSE(TextTemplate("${aws:username}", LanguageVersion::k2008).has_variables());
  for (const std::string_view text : {"", "a", "$", "${", "${aws:username", "$ {aws:username}", "${*}${?}${$}",
                                      "${a:b, c}", "${a:b, 'c}", "${a:b, 'c' d}", "${a:b,}"})
    EXPECT_FALSE(TextTemplate(text, k2012).has_variables()) << text;
  EXPECT_TRUE(TextTemplate("${ ${aws:username}", k2012).has_variables());
}

TEST(TextTemplate, WhatIsBrokenIsTextAndWhatFollowsIsNot) {
  RequestContext context;
  context.add("aws:username", "ann");
  EXPECT_EQ(TextValue("${a:b, c}-${aws:username}", k2012).resolve(context), "${a:b, c}-ann");
  EXPECT_EQ(TextValue("$${aws:username}", k2012).resolve(context), "$ann");
  EXPECT_EQ(TextValue("${x:missing}", k2012).resolve(context), std::nullopt);
  EXPECT_EQ(TextValue("${}", k2012).resolve(context), std::nullopt);
}

// A time is written anew for each variable.
TEST(TextTemplate, SeveralVariablesMayBeWritten) {
  RequestContext context;
  context.add_epoch("aws:EpochTime", Time(std::chrono::seconds(5)));
  context.add_time("aws:CurrentTime", Time(std::chrono::seconds(5)));
  EXPECT_EQ(TextValue("${aws:EpochTime}/${aws:CurrentTime}/${aws:EpochTime}", k2012).resolve(context),
            "5/1970-01-01T00:00:05.000Z/5");
}

// A user agent may be anything.
TEST(TextPattern, AValueThatIsNoUtf8MatchesNothing) {
  RequestContext context;
  context.add("aws:UserAgent", "\xff");
  EXPECT_FALSE(TextPattern("${aws:UserAgent}", k2012).matches("anything", context));
  EXPECT_FALSE(TextPattern("${aws:UserAgent}", k2012).matches("\xff", context));
  EXPECT_TRUE(TextPattern("*", k2012).matches("\xff", context));
}

TEST(ArnTextPattern, HasSixFieldsWhereverTheColonsComeFrom) {
  RequestContext context;
  context.add("x:arn", "arn:aws:s3:::b:*");
  const auto matches = [&](std::string_view pattern, std::string_view arn) {
    return ArnTextPattern(pattern, k2012).matches(*split_six(arn), context);
  };
  EXPECT_TRUE(matches("${x:arn}", "arn:aws:s3:::b:*"));
  EXPECT_FALSE(matches("${x:arn}", "arn:aws:s3:::b:c"));
  EXPECT_TRUE(matches("${x:arn}*", "arn:aws:s3:::b:*c"));
  EXPECT_FALSE(matches("arn:aws:s3::", "arn:aws:s3:::"));
  EXPECT_TRUE(matches("*:*:*:*:*:*", "arn:aws:s3:::b:c:d"));
}

}  // namespace
}  // namespace coffer::policy
