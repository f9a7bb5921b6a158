#include "cli/json_text.h"

#include <gtest/gtest.h>

#include "wire/json.h"

namespace coffer::cli {
namespace {

std::string laid_out(std::string_view json, size_t indent = 0) {
  wire::Document document;
  EXPECT_TRUE(wire::parse_json(json, {}, document).ok()) << json;
  return json_text(document.root(), indent);
}

TEST(JsonText, AStatementIsLaidOutAsPeopleWriteThem) {
  EXPECT_EQ(
      laid_out(R"({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/teams/payments/reader"},
      "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*", "Condition": {"StringEquals":
      {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com", "kms:CallerAccount": "222222222222"}}})"),
      R"({
  "Effect": "Allow",
  "Principal": {"AWS": "arn:aws:iam::222222222222:role/teams/payments/reader"},
  "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
  "Resource": "*",
  "Condition": {
    "StringEquals": {
      "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
      "kms:CallerAccount": "222222222222"
    }
  }
})");
}

TEST(JsonText, TheFirstLineIsTheCallers) {
  EXPECT_EQ(laid_out(R"({"a": 1})", 4), "{\n      \"a\": 1\n    }");
}

TEST(JsonText, EveryKindOfValue) {
  EXPECT_EQ(laid_out(R"([null, true, false, -5, 1.5, "a\"b\\\u0001", [], {}])"),
            "[\n  null,\n  true,\n  false,\n  -5,\n  1.5,\n  \"a\\\"b\\\\\\u0001\",\n  [],\n  {}\n]");
  EXPECT_EQ(laid_out("{}"), "{}");
  EXPECT_EQ(laid_out("[]"), "[]");
  EXPECT_EQ(laid_out("3"), "3");
}

// With the comma that may follow.
TEST(JsonText, ALineIsOpenedUpWhenItWouldBeTooLong) {
  const std::string fits(88, 'a');
  EXPECT_EQ(laid_out(R"({"k": [")" + fits + "\"]}"), "{\n  \"k\": [\"" + fits + "\"]\n}");
  const std::string longer = fits + "a";
  EXPECT_EQ(laid_out(R"({"k": [")" + longer + "\"]}"), "{\n  \"k\": [\n    \"" + longer + "\"\n  ]\n}");
}

// What is printed can be read again, and is the same.
TEST(JsonText, IsJson) {
  const std::string json = R"({"a": [1, {"b": "c"}, ["d"]], "e": {"f": null, "g": ")" + std::string(120, 'h') + "\"}}";
  EXPECT_EQ(laid_out(laid_out(json)), laid_out(json));
}

}  // namespace
}  // namespace coffer::cli
