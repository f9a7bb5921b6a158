#include "cli/text_layout.h"

#include <gtest/gtest.h>

namespace coffer::cli {
namespace {

TEST(Wrapped, LinesEndBeforeTheWidthAndGoOnBelowTheText) {
  std::string words;
  for (int i = 0; i < 30; ++i)
    words += "word ";
  const std::string text = wrapped(words, {"  - ", 4});
  EXPECT_EQ(text.substr(0, 8), "  - word");
  const size_t first = text.find('\n');
  EXPECT_EQ(first, 98u) << "19 words, and the twentieth would end in column 103";
  EXPECT_EQ(text.substr(first + 1, 8), "    word");
  EXPECT_TRUE(text.ends_with("word\n"));
}

TEST(Wrapped, WhatFillsTheLineExactlyStays) {
  const std::string exact = std::string(49, 'a') + " " + std::string(50, 'b');
  EXPECT_EQ(wrapped(exact, {"", 0}), exact + "\n");
  const std::string longer = std::string(49, 'a') + " " + std::string(51, 'b');
  EXPECT_EQ(wrapped(longer, {"", 2}), std::string(49, 'a') + "\n  " + std::string(51, 'b') + "\n");
}

// To be copied, an ARN must stay in one piece.
TEST(Wrapped, ALongWordIsNotBroken) {
  const std::string arn(150, 'a');
  EXPECT_EQ(wrapped("on " + arn + " now", {"  ", 2}), "  on\n  " + arn + "\n  now\n");
  EXPECT_EQ(wrapped(arn, {"  ", 2}), "  " + arn + "\n");
}

TEST(Wrapped, WhiteSpaceIsOneSpaceAndNothingIsALine) {
  EXPECT_EQ(wrapped("  a \n\t b  ", {"", 0}), "a b\n");
  EXPECT_EQ(wrapped("", {"> ", 2}), "> \n");
}

TEST(Wrapped, CharactersCountNotBytes) {
  std::string words;
  for (int i = 0; i < 50; ++i)
    words += i == 0 ? "é" : " é";
  EXPECT_EQ(wrapped(words, {"", 0}), words + "\n");
}

TEST(Padded, FillsUpAndNeverCuts) {
  EXPECT_EQ(padded("ab", 4), "ab  ");
  EXPECT_EQ(padded("é", 3), "é  ");
  EXPECT_EQ(padded("abcdef", 4), "abcdef");
}

TEST(Joined, NamesWithCommas) {
  EXPECT_EQ(joined({}), "");
  EXPECT_EQ(joined({"a"}), "a");
  EXPECT_EQ(joined({"a", "b"}), "a, b");
}

TEST(Counted, OneIsOneAndEverythingElseIsMany) {
  EXPECT_EQ(counted(int64_t{0}, "secret"), "0 secrets");
  EXPECT_EQ(counted(int64_t{1}, "secret"), "1 secret");
  EXPECT_EQ(counted(size_t{2}, "secret"), "2 secrets");
  EXPECT_EQ(counted(size_t{1}, "copy is", "copies are"), "1 copy is");
  EXPECT_EQ(counted(size_t{3}, "copy is", "copies are"), "3 copies are");
}

}  // namespace
}  // namespace coffer::cli
