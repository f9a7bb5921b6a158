// What is allowed and denied, and why, as data: tests/policies/evaluation/*.json, one test for each case.
// The README.md there explains the format.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "policy/simulator.h"

namespace coffer::policy {
namespace {

namespace json = boost::json;

struct Case {
  std::string file;
  json::object group;
  json::object content;
};

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.file << ": " << text_of(one.content.at("name"));
}

// Adds and replaces members; null takes them away.
void merge(json::object& into, const json::object& members) {
  for (const auto& [name, value] : members) {
    if (value.is_null()) {
      into.erase(name);
    } else {
      into.insert_or_assign(name, value);
    }
  }
}

json::object line_of(const Case& one) {
  json::object line = one.group.at("given").as_object();
  line["id"] = one.content.at("name");
  if (const json::value* const with = one.content.if_contains("with")) merge(line, with->as_object());
  if (const json::value* const with = one.content.if_contains("statement")) {
    merge(line.at("identityPolicies").as_array().at(0).as_object().at("Statement").as_object(), with->as_object());
  }
  if (const json::value* const with = one.content.if_contains("resourceStatement")) {
    merge(line.at("resourcePolicy").as_object().at("Statement").as_object(), with->as_object());
  }
  return line;
}

std::vector<Case> load_cases() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(COFFER_POLICIES_DIRECTORY "/evaluation")) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<Case> cases;
  for (const std::filesystem::path& path : files) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    json::error_code error;
    const json::value content = json::parse(text.str(), error);
    if (error || !content.is_array()) {
      cases.push_back({path.stem().string(), {}, {{"name", "is not a JSON list"}}});
      continue;
    }
    for (const json::value& group : content.as_array()) {
      for (const json::value& one : group.at("cases").as_array())
        cases.push_back({path.stem().string(), group.as_object(), one.as_object()});
    }
  }
  return cases;
}

std::string test_name(const ::testing::TestParamInfo<Case>& info) {
  std::string name = info.param.file + "_" + std::to_string(info.index) + "_" + text_of(info.param.content.at("name"));
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

bool has_only(const json::object& object, std::initializer_list<std::string_view> known) {
  return std::ranges::all_of(object, [&](const auto& member) {
    return std::ranges::find(known, std::string_view(member.key())) != known.end();
  });
}

class EvaluationCases : public ::testing::TestWithParam<Case> {};

TEST_P(EvaluationCases, AreDecidedAsWritten) {
  const Case& one = GetParam();
  ASSERT_TRUE(has_only(one.group, {"spec", "about", "given", "cases"}));
  ASSERT_TRUE(has_only(one.content, {"name", "with", "statement", "resourceStatement", "decision", "reason", "also",
                                     "message", "error"}));
  ASSERT_FALSE(text_of(one.group.at("spec")).empty());
  const std::string line = json::serialize(line_of(one));
  const std::string answered = evaluate_line(line);
  const json::object answer = json::parse(answered).as_object();
  EXPECT_EQ(text_of(answer.at("id")), text_of(one.content.at("name")));
  if (const json::value* const error = one.content.if_contains("error")) {
    ASSERT_TRUE(answer.contains("error")) << line << "\n" << answered;
    EXPECT_EQ(text_of(answer.at("error")), text_of(*error));
    EXPECT_TRUE(has_only(answer, {"id", "error"}));
    return;
  }

  ASSERT_FALSE(answer.contains("error")) << line << "\n" << answered;
  const std::string decision = text_of(one.content.at("decision"));
  EXPECT_EQ(text_of(answer.at("decision")), decision) << line << "\n" << answered;
  EXPECT_EQ(text_of(answer.at("result")), decision == "Allowed" ? "allow" : "deny");
  std::vector<std::string> reasons;
  for (const json::value& reason : answer.at("reasons").as_array())
    reasons.push_back(text_of(reason));
  ASSERT_FALSE(reasons.empty());
  EXPECT_TRUE(reasons.front().find(text_of(one.content.at("reason"))) != std::string::npos) << line << "\n" << answered;
  if (const json::value* const also = one.content.if_contains("also")) {
    for (const json::value& reason : also->as_array())
      EXPECT_NE(std::ranges::find(reasons, text_of(reason)), reasons.end()) << reason << "\n" << answered;
  }
  EXPECT_EQ(answer.contains("message"), decision != "Allowed");
  if (const json::value* const message = one.content.if_contains("message")) {
    EXPECT_EQ(text_of(answer.at("message")), text_of(*message));
  }
}

INSTANTIATE_TEST_SUITE_P(All, EvaluationCases, ::testing::ValuesIn(load_cases()), test_name);

// Documentation refers to a case by its file and name.
TEST(EvaluationCaseNames, AreUniqueInTheirFile) {
  std::set<std::string> names;
  for (const Case& one : load_cases())
    EXPECT_TRUE(names.insert(one.file + ": " + text_of(one.content.at("name"))).second)
        << ::testing::PrintToString(one);
  EXPECT_GE(names.size(), 300u);
}

}  // namespace
}  // namespace coffer::policy
