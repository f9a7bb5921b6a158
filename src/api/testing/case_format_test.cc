#include "api/testing/case_format.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "store/testing/temp_directory.h"

#include <fstream>

namespace coffer::api::testing {
namespace {

constexpr Members kSome = Members::kSomeOf;
constexpr Members kAll = Members::kAllOf;

std::string compared(std::string_view found, std::string_view expected, Members members = kSome) {
  const Time start = *parse_iso_basic("20261124T103000Z");
  std::string all;
  for (const std::string& difference : differences(found, expected, members, {start, start + Duration(60'250)}))
    all += all.empty() ? difference : "; " + difference;
  return all;
}

// What compares the answers of all cases must itself tell right from wrong.
TEST(CaseFormat, WhatIsExpectedFits) {
  EXPECT_EQ(compared(R"({"a":"x","b":[1,{"c":true}],"d":0.5})", R"({"b":[1,{"c":true}],"a":"x","d":0.5})", kAll), "");
  EXPECT_EQ(compared(R"({"a":"x","more":1})", R"({"a":"*","gone":null})"), "");
  EXPECT_EQ(compared(R"({"a":"secret:app-Ab12Cd"})", R"({"a":"like:secret:*-??????"})"), "");
  EXPECT_EQ(compared("", "null", kAll), "");
}

TEST(CaseFormat, WhatDoesNotFitIsNamed) {
  EXPECT_EQ(compared(R"({"a":{"b":["x","y"]}})", R"({"a":{"b":["x","z"]}})"), R"(output.a.b[1] is "y", not "z")");
  EXPECT_EQ(compared(R"({"a":[1]})", R"({"a":[1,2]})"), "output.a is [1], not [1,2]");
  EXPECT_EQ(compared(R"({"a":"1"})", R"({"a":1})"), R"(output.a is "1", not 1)");
  EXPECT_EQ(compared(R"({"a":1})", R"({"a":"1"})"), R"(output.a is 1, not "1")");
  EXPECT_EQ(compared(R"({"a":[]})", R"({"a":{}})"), "output.a is [], not {}");
  EXPECT_EQ(compared(R"({"a":"xyz"})", R"({"a":"like:?z"})"), R"(output.a is "xyz", not "like:?z")");
  EXPECT_EQ(compared(R"({"a":1,"b":2})", R"({"a":1,"c":"*"})", kAll),
            R"(output.c is absent in {"a":1,"b":2}; output.b is 2, not absent)");
  EXPECT_EQ(compared(R"({"a":null})", R"({"a":null})"), "output.a is null, not absent");
  EXPECT_EQ(compared("", "{}"), "the answer has no body");
  EXPECT_EQ(compared("{}", "null"), "output is {}, not null");
}

TEST(CaseFormat, TimesAreExactToTheMillisecond) {
  EXPECT_EQ(compared(R"({"a":1795516200,"b":1795516260.25})", R"({"a":"@start","b":"@now"})"), "");
  EXPECT_EQ(compared(R"({"a":1795516140.25,"b":1795478400})", R"({"a":"@now-120","b":"@today"})"), "");
  EXPECT_EQ(compared(R"({"a":1795516200.001})", R"({"a":"@start"})"), R"(output.a is 1.795516200001E9, not "@start")");
  EXPECT_EQ(compared(R"({"a":"1795516200"})", R"({"a":"@start"})"), R"(output.a is "1795516200", not "@start")");
}

TEST(CaseFormat, VariablesAndLongTextsAreFilledIn) {
  const Variables variables{{"v1", "one"}, {"arn", "arn:a"}};
  EXPECT_EQ(filled_in(R"({"${v1}":["${arn}/${v1}","${v2}"],"n":1})", variables),
            R"({"one":["arn:a/one","${v2}"],"n":1})");
  EXPECT_EQ(filled_in(R"({"a":{"$repeat":"xy","count":3},"b":{"$tags":2}})", variables),
            R"({"a":"xyxyxy","b":[{"Key":"key0","Value":""},{"Key":"key1","Value":""}]})");
}

// A file that cannot be read as cases must not be passed over.
TEST(CaseFormat, FilesThatAreNoCasesBecomeCasesThatFail) {
  const store::testing::TempDirectory folder;
  std::ofstream(folder / "b.json") << R"([{"name": "good", "call": "X"}, {"call": "Y"}])";
  std::ofstream(folder / "a.json") << R"({"name": "no list"})";
  std::ofstream(folder / "c.txt") << "no cases";
  const std::vector<Case> cases = load_cases(folder.path());
  ASSERT_EQ(cases.size(), 3u);
  EXPECT_EQ(cases[0].file + ": " + cases[0].name + cases[0].content, "a: is not a JSON list");
  EXPECT_EQ(cases[1].file + ": " + cases[1].content, R"(b: {"name":"good","call":"X"})");
  EXPECT_EQ(cases[2].file + ": " + cases[2].name + cases[2].content, "b: has no name");
}

}  // namespace
}  // namespace coffer::api::testing
