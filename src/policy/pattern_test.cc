#include "policy/pattern.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace coffer::policy {
namespace {

bool is_like(std::string_view text, std::string_view pattern) {
  return Wildcards(pattern).matches(text);
}

TEST(Wildcards, AStarIsAnyRunAndAQuestionMarkOneCharacter) {
  EXPECT_TRUE(is_like("", ""));
  EXPECT_TRUE(is_like("", "*"));
  EXPECT_TRUE(is_like("anything", "*"));
  EXPECT_TRUE(is_like("abc", "abc"));
  EXPECT_TRUE(is_like("abc", "a*"));
  EXPECT_TRUE(is_like("abc", "*c"));
  EXPECT_TRUE(is_like("abc", "a*b*c"));
  EXPECT_TRUE(is_like("abc", "a?c"));
  EXPECT_TRUE(is_like("abc", "???"));
  EXPECT_TRUE(is_like("abc", "*?*?*?*"));
  EXPECT_TRUE(is_like("abcbc", "a*bc"));
  EXPECT_TRUE(is_like("aXbYbZc", "a*b?c"));
  EXPECT_FALSE(is_like("abc", ""));
  EXPECT_FALSE(is_like("", "?"));
  EXPECT_FALSE(is_like("abc", "abcd"));
  EXPECT_FALSE(is_like("abcd", "abc"));
  EXPECT_FALSE(is_like("abc", "????"));
  EXPECT_FALSE(is_like("abc", "*?*?*?*?"));
  EXPECT_FALSE(is_like("abcb", "a*bc"));
  EXPECT_FALSE(is_like("abc", "A*"));
}

TEST(Wildcards, ACharacterIsACodePoint) {
  EXPECT_TRUE(is_like("\u00e9", "?"));
  EXPECT_TRUE(is_like("a\u20acb", "a?b"));
  EXPECT_TRUE(is_like("\U0001f511\U0001f511", "??"));
  EXPECT_TRUE(is_like("x\u20ac", "*?"));
  EXPECT_FALSE(is_like("\u20ac", "??"));
  EXPECT_FALSE(is_like("\u20ac", "*??"));
  EXPECT_FALSE(is_like("\u20ac\u20ac", "*???"));
}

// A tag or a user agent may hold anything; what takes the place of a variable must never become a wildcard.
TEST(Wildcards, WhatIsLiteralHasNoWildcards) {
  Wildcards team;
  team.append_pattern("team/*/");
  team.append_literal("a*?");
  team.append_pattern("?");
  EXPECT_TRUE(team.matches("team/x/a*?1"));
  EXPECT_FALSE(team.matches("team/x/abc1"));
  EXPECT_FALSE(team.matches("team/x/a*?"));
}

TEST(Wildcards, BytesThatAreNoTextMatchNothing) {
  for (const char byte : {'\xff', '\xfe'}) {
    Wildcards wildcards;
    wildcards.append_literal({&byte, 1});
    EXPECT_FALSE(wildcards.matches("a"));
    EXPECT_FALSE(wildcards.matches({&byte, 1}));
    EXPECT_FALSE(is_like("a", {&byte, 1}));
  }
  EXPECT_TRUE(is_like("a\xff", "a*"));
  EXPECT_TRUE(is_like("\x80\x80", "*"));
}

// The obvious matcher, whose cost nobody would accept.
bool is_like_slowly(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    return is_like_slowly(text, pattern.substr(1)) || (!text.empty() && is_like_slowly(text.substr(1), pattern));
  }
  return !text.empty() && (pattern.front() == '?' || pattern.front() == text.front()) &&
         is_like_slowly(text.substr(1), pattern.substr(1));
}

std::vector<std::string> all_texts(std::string_view alphabet, size_t longest) {
  std::vector<std::string> all = {""};
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].size() == longest) break;
    for (const char c : alphabet)
      all.push_back(all[i] + c);
  }
  return all;
}

// Going back to the last star only must lose no match.
TEST(Wildcards, AgreeWithTheObviousMatcher) {
  const std::vector<std::string> texts = all_texts("ab", 5);
  for (const std::string& pattern : all_texts("ab*?", 5)) {
    const Wildcards wildcards(pattern);
    for (const std::string& text : texts)
      ASSERT_EQ(wildcards.matches(text), is_like_slowly(text, pattern)) << text << " " << pattern;
  }
}

// What goes back to every star would not end within a lifetime.
TEST(Wildcards, APatternOfManyStarsEnds) {
  std::string pattern;
  for (int i = 0; i < 5'000; ++i)
    pattern += "*a";
  const std::string text(10'000, 'a');
  EXPECT_TRUE(is_like(text, pattern));
  EXPECT_FALSE(is_like(text, pattern + "b"));
  EXPECT_FALSE(is_like(text, "*" + std::string(1'000, 'a') + "b"));
  EXPECT_FALSE(is_like(text, std::string(20'000, '?')));
}

// Where a part between two stars is compared again at each character, this takes minutes.
TEST(Wildcards, ALongPartIsFoundInLinearTime) {
  const std::string text(1'000'000, 'a');
  EXPECT_FALSE(is_like(text, "*" + std::string(400'000, 'a') + "b*"));
  EXPECT_FALSE(is_like(text, "*b" + std::string(400'000, 'a') + "*"));
  EXPECT_TRUE(is_like(text + "b", "*" + std::string(400'000, 'a') + "b*"));
}

TEST(Wildcards, ALongPartWithQuestionMarksEnds) {
  std::string part;
  for (int i = 0; i < 10'000; ++i)
    part += "?a";
  const std::string text(60'000, 'a');
  EXPECT_FALSE(is_like(text, "*" + part + "b*"));
  EXPECT_TRUE(is_like(text, "*" + part + "*"));
}

// Long texts are searched in another way than short ones.
TEST(Wildcards, ALongTextIsSearchedLikeAShortOne) {
  std::mt19937 random(7);
  const auto random_text = [&random](std::string_view alphabet, size_t size) {
    std::string text;
    for (size_t i = 0; i < size; ++i)
      text += alphabet[random() % alphabet.size()];
    return text;
  };
  int found = 0;
  for (int i = 0; i < 300; ++i) {
    std::string part = random_text("ab????????", 60 + random() % 80);
    const std::string text = random_text("ab", 300);
    if (i % 2 == 0) part = text.substr(random() % 100, 130).replace(70, 1, "?");
    const bool expected = is_like_slowly(text, "*" + part + "*");
    found += expected ? 1 : 0;
    ASSERT_EQ(is_like(text, "*" + part + "*"), expected) << text << " " << part;
    ASSERT_EQ(is_like(text, "*" + part + "*a"), is_like_slowly(text, "*" + part + "*a")) << text << " " << part;
  }
  EXPECT_GT(found, 100);
  EXPECT_LT(found, 300);

  std::string text, part;
  for (int i = 0; i < 100; ++i)
    text += "x\u20ac";
  for (int i = 0; i < 40; ++i)
    part += "?\u20ac";
  EXPECT_TRUE(is_like(text, "*" + part + "*"));
  EXPECT_TRUE(is_like(text, "*" + part + "?*"));
  EXPECT_TRUE(is_like(text, "*\u20ac" + part + "x?"));
  EXPECT_FALSE(is_like(text, "*" + part + "?x*"));
  EXPECT_FALSE(is_like(text, "*?" + part + "\u20ac*"));
}

// A value of a variable may be half a character.
TEST(Wildcards, AQuestionMarkTakesAllOfACharacterInTextsOfAnyLength) {
  for (const size_t size : {0, 6'000}) {
    const std::string text = "\u20ac" + std::string(size, 'x');
    Wildcards behind;
    behind.append_pattern("*?");
    behind.append_literal("\x82");
    behind.append_pattern("*");
    EXPECT_FALSE(behind.matches(text)) << size;
    Wildcards before;
    before.append_pattern("*");
    before.append_literal("\x82");
    before.append_pattern("?*");
    EXPECT_FALSE(before.matches(text)) << size;
  }
}

TEST(Wildcards, CharactersAreCountedFromTheEnd) {
  EXPECT_TRUE(is_like("x\u20ac", "*?"));
  EXPECT_TRUE(is_like("x\u20acy", "*x?y"));
  EXPECT_TRUE(is_like("\u20ac\u20ac", "*??"));
  EXPECT_FALSE(is_like("\u20ac\u20ac", "*???"));
  EXPECT_FALSE(is_like("ab", "ab*b"));
  EXPECT_TRUE(is_like("abb", "ab*b"));
  EXPECT_TRUE(is_like("abxab", "ab*?ab"));
  EXPECT_FALSE(is_like("abab", "ab*?ab"));
}

TEST(ActionPattern, ComparesServiceAndNameWhateverTheCase) {
  const auto matches = [](std::string_view pattern, std::string_view action) {
    return ActionPattern::parse(pattern)->matches(action);
  };
  EXPECT_TRUE(matches("*", "secretsmanager:GetSecretValue"));
  EXPECT_TRUE(matches("secretsmanager:GetSecretValue", "secretsmanager:GetSecretValue"));
  EXPECT_TRUE(matches("SecretsManager:getsecretvalue", "secretsmanager:GetSecretValue"));
  EXPECT_TRUE(matches("secretsmanager:*", "secretsmanager:GetSecretValue"));
  EXPECT_TRUE(matches("secretsmanager:Get*", "secretsmanager:GetSecretValue"));
  EXPECT_TRUE(matches("secretsmanager:*Secret?alue", "secretsmanager:GetSecretValue"));
  EXPECT_TRUE(matches("secretsmanager:get*", "SecretsManager:GETSecretValue"));
  EXPECT_FALSE(matches("secretsmanager:Get", "secretsmanager:GetSecretValue"));
  EXPECT_FALSE(matches("secretsmanager:GetSecretValue", "secretsmanager:GetSecretValues"));
  EXPECT_FALSE(matches("kms:*", "secretsmanager:GetSecretValue"));
  EXPECT_FALSE(matches("secrets:*", "secretsmanager:GetSecretValue"));
  EXPECT_FALSE(matches("secretsmanager:*", "secretsmanager"));
}

TEST(ActionPattern, KeepsTheTextAsItWasWritten) {
  EXPECT_EQ(ActionPattern::parse("SecretsManager:Get*")->text(), "SecretsManager:Get*");
  EXPECT_FALSE(ActionPattern::parse("secretsmanager"));
  EXPECT_FALSE(ActionPattern::parse("*:*"));
}

constexpr std::string_view kSecret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db:x-AbCdEf";

bool is_arn_like(std::string_view pattern, std::string_view arn = kSecret) {
  return ArnPattern::parse(pattern)->matches(arn);
}

TEST(ArnPattern, ComparesFieldByField) {
  EXPECT_TRUE(is_arn_like("*"));
  EXPECT_TRUE(is_arn_like(kSecret));
  EXPECT_TRUE(is_arn_like("arn:aws:secretsmanager:*:*:*"));
  EXPECT_TRUE(is_arn_like("arn:a*s:secretsmanager:us-????*:12345678901?:secret:app/*-??????"));
  // Nothing but the sixth field reaches across colons and slashes.
  EXPECT_TRUE(is_arn_like("arn:aws:secretsmanager:us-east-1:123456789012:s*f"));
  EXPECT_FALSE(is_arn_like("arn:aws:secretsmanager:*:secret:app/db:x-AbCdEf"));
  EXPECT_FALSE(is_arn_like("arn:aws:secretsmanager:us-east-1*:secret:app/db:x-AbCdEf"));
  EXPECT_FALSE(is_arn_like("arn:*:us-east-1:123456789012:secret:app/db:x-AbCdEf"));
}

TEST(ArnPattern, CaseCounts) {
  EXPECT_FALSE(is_arn_like("arn:aws:secretsmanager:us-east-1:123456789012:secret:APP/db:x-AbCdEf"));
  EXPECT_FALSE(is_arn_like("arn:aws:SecretsManager:us-east-1:123456789012:secret:app/db:x-AbCdEf"));
}

TEST(ArnPattern, FieldsThatAreMissingAreAnything) {
  EXPECT_TRUE(is_arn_like("arn:aws"));
  EXPECT_TRUE(is_arn_like("arn:aws:secretsmanager"));
  EXPECT_TRUE(is_arn_like("arn:aws:secretsmanager:us-east-1"));
  EXPECT_TRUE(is_arn_like("arn:aws:secretsmanager:us-east-1:123456789012"));
  EXPECT_FALSE(is_arn_like("arn:aws:kms"));
  EXPECT_FALSE(is_arn_like("arn:aws:secretsmanager:us-east-2"));
}

TEST(ArnPattern, AnEmptyFieldIsEmpty) {
  EXPECT_FALSE(is_arn_like("arn:aws:secretsmanager::123456789012:*"));
  EXPECT_TRUE(is_arn_like("arn:aws:s3:::bucket", "arn:aws:s3:::bucket"));
  EXPECT_TRUE(is_arn_like("arn:aws:s3:*:*:bucket", "arn:aws:s3:::bucket"));
}

// An operation without a resource is checked against "*", and only what matches everything matches that.
TEST(ArnPattern, WhatIsNoArnIsMatchedByTheStarAlone) {
  EXPECT_TRUE(is_arn_like("*", "*"));
  EXPECT_TRUE(ArnPattern::parse("*")->matches_everything());
  EXPECT_FALSE(is_arn_like("arn:aws:secretsmanager:*:*:*", "*"));
  EXPECT_FALSE(is_arn_like("arn:aws:secretsmanager:*:*:*", "app/db"));
  EXPECT_FALSE(is_arn_like("arn:*", "arn:aws:secretsmanager:us-east-1:123456789012"));
  EXPECT_FALSE(ArnPattern::parse("arn:aws")->matches_everything());
}

TEST(SplitArn, NeedsSixFields) {
  const auto fields = split_arn("arn:aws:s3:::a:b");
  ASSERT_TRUE(fields);
  EXPECT_EQ((*fields)[2], "s3");
  EXPECT_EQ((*fields)[4], "");
  EXPECT_EQ((*fields)[5], "a:b");
  EXPECT_TRUE(split_arn("arn:::::"));
  EXPECT_FALSE(split_arn("arn::::"));
  EXPECT_FALSE(split_arn("urn:aws:s3:::a"));
}

TEST(SplitSix, TakesAnyFields) {
  EXPECT_EQ((*split_six(":::::a:b"))[5], "a:b");
  EXPECT_FALSE(split_six("::::"));
  EXPECT_FALSE(split_six(""));
}

}  // namespace
}  // namespace coffer::policy
