#include "wire/json.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace coffer::wire {
namespace {

// A compact picture of a value: kinds and contents.
std::string picture(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return "null";
    case Kind::kBoolean:
      return value.as_boolean() ? "true" : "false";
    case Kind::kInteger:
      return std::to_string(value.as_integer());
    case Kind::kReal:
      return "real:" + std::to_string(value.as_real());
    case Kind::kString:
      return "'" + std::string(value.as_string()) + "'";
    case Kind::kList: {
      std::string text = "[";
      for (const Value& item : value.as_list())
        text += picture(item) + " ";
      return text + "]";
    }
    case Kind::kObject: {
      std::string text = "{";
      for (const Member& member : value.as_object())
        text += std::string(member.name) + "=" + picture(member.value) + " ";
      return text + "}";
    }
  }
  return "?";
}

std::string parsed(std::string_view text, const JsonLimits& limits = {}) {
  Document document;
  const Result<void> result = parse_json(text, limits, document);
  if (result.ok()) return picture(document.root());
  EXPECT_EQ(result.error().code, ErrorCode::kSerialization);
  EXPECT_EQ(result.error().message, "");
  EXPECT_TRUE(document.root().is_null());
  return "refused";
}

TEST(Json, ValuesOfEveryKindAreRead) {
  EXPECT_EQ(parsed(R"({"a":"x","b":1,"c":-2,"d":1.5,"e":true,"f":false,"g":null,"h":[1,[],{}],"i":{"j":"k"}})"),
            "{a='x' b=1 c=-2 d=real:1.500000 e=true f=false g=null h=[1 [] {} ] i={j='k' } }");
  EXPECT_EQ(parsed(" \t\r\n\"x\" \n"), "'x'");
  EXPECT_EQ(parsed("{}"), "{}");
  EXPECT_EQ(parsed(R"({"":""})"), "{='' }");
}

TEST(Json, NamesStayWithTheirValuesAcrossNestedContainers) {
  EXPECT_EQ(parsed(R"([{"a":{"b":[{"c":1}],"d":2}},3])"), "[{a={b=[{c=1 } ] d=2 } } 3 ]");
}

TEST(Json, EscapesAreDecoded) {
  EXPECT_EQ(parsed(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00")"), "'\"\\/\b\f\n\r\tA\u00e9\u20ac\U0001f600'");
  EXPECT_EQ(parsed(R"({"\u0053ecretId":1})"), "{SecretId=1 }");
  EXPECT_EQ(parsed(std::string_view("\"a\\u0000b\"")), std::string("'a\0b'", 5));
}

// Long strings with escapes arrive from the parser in parts of about 4 KiB.
TEST(Json, LongStringsWithEscapesArePutTogether) {
  for (size_t size : {4000, 4095, 4096, 4097, 20'000, 300'000}) {
    std::string text = "{\"v\":\"";
    std::string expected;
    for (size_t i = 0; i < size; ++i) {
      if (i % 7 == 3) {
        text += "\\n";
        expected += '\n';
      } else {
        text += static_cast<char>('a' + i % 26);
        expected += static_cast<char>('a' + i % 26);
      }
    }
    Document document;
    ASSERT_TRUE(parse_json(text + "\",\"w\":\"end\"}", {}, document).ok());
    EXPECT_EQ(document.root().find("v")->as_string(), expected);
    EXPECT_EQ(document.root().find("w")->as_string(), "end");
  }
}

TEST(Json, WholeNumbersAreIntegersAndOthersAreReal) {
  EXPECT_EQ(parsed("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(parsed("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(parsed("9223372036854775808").substr(0, 5), "real:");
  EXPECT_EQ(parsed("1.0"), "real:1.000000");
  EXPECT_EQ(parsed("1e2"), "real:100.000000");
  EXPECT_EQ(parsed("1e999"), "refused");
  EXPECT_EQ(parsed("-1e999"), "refused");
}

TEST(Json, WhatIsNotJsonIsRefused) {
  for (std::string_view text : {"",          " ",          "{",         "[",
                                "nul",       "nulll",      "{}}",       "{} {}",
                                "[1,]",      "{\"a\":1,}", "{\"a\"}",   "{a:1}",
                                "'a'",       "\"a",        "01",        "1.",
                                ".5",        "+1",         "-",         "NaN",
                                "Infinity",  "/*c*/1",     "[1 2]",     "{\"a\":1 \"b\":2}",
                                "\"\t\"",    "\"\\x\"",    "\"\\u12\"", "\xef\xbb\xbf{}",
                                "{\"a\":1}x"}) {
    EXPECT_EQ(parsed(text), "refused") << text;
  }
}

TEST(Json, InvalidUtf8AndLoneSurrogatesAreRefused) {
  for (std::string_view text :
       {"\"\xff\"", "\"\xc0\x80\"", "\"\xe2\x82\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "{\"\xff\":1}",
        R"("\ud83d")", R"("\ude00")", R"("\ud83dx")", R"("\ud83d\u0041")", R"("\ud83d\ud83d")", R"({"\ud83d":1})"}) {
    EXPECT_EQ(parsed(text), "refused") << text;
  }
}

// Two readers of the same request that pick different duplicates would see different requests.
TEST(Json, AMemberNamedTwiceIsRefused) {
  EXPECT_EQ(parsed(R"({"a":1,"a":1})"), "refused");
  EXPECT_EQ(parsed(R"({"a":1,"\u0061":2})"), "refused");
  EXPECT_EQ(parsed(R"({"x":{"a":1,"b":2,"a":3}})"), "refused");
  EXPECT_EQ(parsed(R"([{"a":1},{"a":1}])"), "[{a=1 } {a=1 } ]");
  std::string many = "{";
  for (int i = 0; i < 100; ++i)
    many += "\"m" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  EXPECT_NE(parsed(many + "\"z\":0}"), "refused");
  EXPECT_EQ(parsed(many + "\"m42\":0}"), "refused");
}

TEST(Json, DepthAndCountAreLimited) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_NE(parsed(nested(32)), "refused");
  EXPECT_EQ(parsed(nested(33)), "refused");
  EXPECT_EQ(parsed(nested(100'000)), "refused");
  EXPECT_NE(parsed("[1,2,3]", {.max_depth = 1, .max_values = 4}), "refused");
  EXPECT_EQ(parsed("[1,2,3,4]", {.max_depth = 1, .max_values = 4}), "refused");
  std::string list = "[0";
  for (int i = 1; i < 19'999; ++i)
    list += ",0";
  EXPECT_NE(parsed(list + "]"), "refused");
  EXPECT_EQ(parsed(list + ",0]"), "refused");
}

TEST(Json, ADocumentIsReusableAfterSuccessAndFailure) {
  Document document;
  ASSERT_TRUE(parse_json(R"({"a":1})", {}, document).ok());
  ASSERT_FALSE(parse_json(R"({"a":[1,{"b":)", {}, document).ok());
  ASSERT_TRUE(parse_json(R"({"c":2})", {}, document).ok());
  EXPECT_EQ(picture(document.root()), "{c=2 }");
}

TEST(Value, FindTakesNullForAbsentAndKnowsOnlyObjects) {
  Document document;
  ASSERT_TRUE(parse_json(R"({"a":null,"b":2})", {}, document).ok());
  EXPECT_EQ(document.root().find("a"), nullptr);
  EXPECT_EQ(document.root().find("B"), nullptr);
  EXPECT_EQ(document.root().find("b")->as_integer(), 2);
  EXPECT_EQ(document.root().find("b")->find("x"), nullptr);
}

// A request may hold a secret anywhere, so what clear() keeps must be zero.
TEST(Document, ClearWipesTheMemoryItKeeps) {
  Document document;
  const std::string_view copy = document.copy("a very secret value");
  const char* memory = copy.data();
  EXPECT_EQ(std::memcmp(memory, "a very", 6), 0);
  document.clear();
  for (size_t i = 0; i < 19; ++i)
    EXPECT_EQ(memory[i], '\0');
}

// The first block must be wiped as well when the document outgrew it.
TEST(Document, ClearWipesTheFirstBlockOfALargeDocument) {
  Document document;
  const char* memory = document.copy("a very secret value").data();
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(document.copy(std::string(4096, 'x')).size(), 4096u);
  ASSERT_EQ(document.copy(std::string(1'000'000, 'y')).size(), 1'000'000u);
  document.clear();
  for (size_t i = 0; i < 19; ++i)
    EXPECT_EQ(memory[i], '\0');
}

TEST(Document, AllocationsAreAligned) {
  Document document;
  for (size_t alignment : {1, 2, 4, 8, 16}) {
    ASSERT_NE(document.copy("x").data(), nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(document.allocate(3, alignment)) % alignment, 0u);
  }
}

}  // namespace
}  // namespace coffer::wire
