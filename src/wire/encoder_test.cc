#include "wire/encoder.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/json.h"

namespace coffer::wire {
namespace {

template <class Write>
std::string encoded(Write&& write) {
  SecretBuffer out;
  JsonEncoder encoder(out);
  write(encoder);
  return std::string(out.view());
}

std::string text(std::string_view value) {
  return encoded([&](Encoder& encoder) { encoder.string(value); });
}

std::string time(int64_t milliseconds) {
  return encoded([&](Encoder& encoder) { encoder.time(Time(Duration(milliseconds))); });
}

TEST(JsonEncoder, StructuresAreWrittenWithoutWhiteSpace) {
  EXPECT_EQ(encoded([](Encoder& encoder) {
              encoder.begin_object();
              encoder.key("a");
              encoder.begin_list();
              encoder.integer(1);
              encoder.begin_object();
              encoder.end_object();
              encoder.begin_list();
              encoder.end_list();
              encoder.boolean(true);
              encoder.end_list();
              encoder.key("b");
              encoder.boolean(false);
              encoder.key("c");
              encoder.integer(INT64_MIN);
              encoder.key("d");
              encoder.string("x");
              encoder.end_object();
            }),
            R"({"a":[1,{},[],true],"b":false,"c":-9223372036854775808,"d":"x"})");
}

TEST(JsonEncoder, TextIsEscapedOnlyWhereItMustBe) {
  EXPECT_EQ(text("a/b\u00e9\x7f"), "\"a/b\u00e9\x7f\"");
  EXPECT_EQ(text("q\" b\\ \b\f\n\r\t \x01\x1f"), R"("q\" b\\ \b\f\n\r\t \u0001\u001f")");
  EXPECT_EQ(text(std::string_view("\0", 1)), R"("\u0000")");
  EXPECT_EQ(text(""), R"("")");
}

// The scan looks at eight bytes at once: every position of a special character must be found.
TEST(JsonEncoder, EveryByteAtEveryPositionSurvivesARoundTrip) {
  for (size_t position = 0; position < 20; ++position) {
    for (int byte = 0; byte < 0x80; ++byte) {
      std::string value = "\u00e9bcdefghijklmnopqrst";
      value[position < 2 ? 2 : position] = static_cast<char>(byte);
      Document document;
      ASSERT_TRUE(parse_json(text(value), {}, document).ok());
      ASSERT_EQ(document.root().as_string(), value);
    }
  }
}

// A double would print 1523477145.7130001.
TEST(JsonEncoder, TimesAreExactEpochSecondsWithUpToThreeDecimals) {
  EXPECT_EQ(time(1523477145713), "1523477145.713");
  EXPECT_EQ(time(1523477145700), "1523477145.7");
  EXPECT_EQ(time(1523477145007), "1523477145.007");
  EXPECT_EQ(time(1523477145010), "1523477145.01");
  EXPECT_EQ(time(1523477145000), "1523477145");
  EXPECT_EQ(time(0), "0");
  EXPECT_EQ(time(-500), "-0.5");
  EXPECT_EQ(time(-1500), "-1.5");
}

TEST(JsonEncoder, SecretsAreWrittenEscapedOrInBase64) {
  EXPECT_EQ(encoded([](Encoder& encoder) { encoder.secret_string(SecretBytes::copy_of("p\"w\n")); }), R"("p\"w\n")");
  EXPECT_EQ(encoded([](Encoder& encoder) { encoder.secret_blob(SecretBytes::copy_of("hello")); }), R"("aGVsbG8=")");
  EXPECT_EQ(encoded([](Encoder& encoder) { encoder.secret_blob(SecretBytes()); }), R"("")");
}

}  // namespace
}  // namespace coffer::wire
