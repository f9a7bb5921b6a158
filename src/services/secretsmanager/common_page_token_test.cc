#include "services/secretsmanager/common_page_token.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace coffer::secretsmanager {
namespace {

const Position kPosition{Time(Duration(1'795'515'000'123)), "prod/db"};

ListingArguments of(std::initializer_list<std::string_view> arguments) {
  ListingArguments listing;
  for (const std::string_view argument : arguments)
    listing.add(argument);
  return listing;
}

TEST(PageToken, ComesBackForTheSameArgumentsOnly) {
  const std::string token = encode_page_token(kPosition, of({"name", "a"}));
  const auto position = decode_page_token(token, of({"name", "a"}));
  ASSERT_TRUE(position.ok());
  EXPECT_EQ((*position)->created, kPosition.created);
  EXPECT_EQ((*position)->name, kPosition.name);
  // The last two differ only in where one argument ends and the next begins.
  for (const auto& other : {of({}), of({"name", "b"}), of({"name"}), of({"namea"}), of({"name", "a", ""})}) {
    const auto refused = decode_page_token(token, other);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidNextToken);
  }
}

TEST(PageToken, NoTokenIsTheFirstPage) {
  EXPECT_FALSE(decode_page_token(std::nullopt, of({}))->has_value());
}

// The name goes into a key of the store: whatever a client makes up must not get that far.
TEST(PageToken, WhatWasNotMadeHereIsRefused) {
  const std::string good = encode_page_token(kPosition, of({}));
  const auto is_refused = [](const std::string& token) { return !decode_page_token(token, of({})).ok(); };
  for (const char* text : {"", "x", "00", "bogus", "zz"})
    EXPECT_TRUE(is_refused(text)) << text;
  constexpr size_t kBeforeName = 2 * (1 + 8 + 8);
  for (size_t size = 0; size <= kBeforeName; ++size)
    EXPECT_TRUE(is_refused(good.substr(0, size))) << size;
  EXPECT_FALSE(is_refused(good.substr(0, kBeforeName + 2))) << "a token of another, shorter name";
  EXPECT_TRUE(is_refused(good + "00")) << "a NUL would end a part of the key";
  EXPECT_TRUE(is_refused(good + "20"));
  EXPECT_TRUE(is_refused(good + std::string(size_t{2} * 600, '6')));
  std::string before_1970 = good;
  before_1970[18] = 'f';
  EXPECT_TRUE(is_refused(before_1970));
  std::string newer_format = good;
  newer_format[1] = '2';
  EXPECT_TRUE(is_refused(newer_format));
}

}  // namespace
}  // namespace coffer::secretsmanager
