// How the operations behave, as data: tests/cases/*.json, one test for each case. tests/cases/README.md explains the
// format.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/time_text.h"
#include "services/secretsmanager/testing/world.h"

namespace coffer::secretsmanager::testing {
namespace {

namespace json = boost::json;
using Variables = std::map<std::string, std::string>;

constexpr std::string_view kAccount = "123456789012";

struct Case {
  std::string file;
  json::object content;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.file << ": " << one.content.at("name").as_string().c_str();
}

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}

// "${name}" anywhere in a string becomes the variable's value. A name that is not there stays, and shows in the
// failure.
std::string substitute(std::string text, const Variables& variables) {
  for (const auto& [name, value] : variables) {
    const std::string wanted = "${" + name + "}";
    for (size_t at = text.find(wanted); at != text.npos; at = text.find(wanted, at + value.size()))
      text.replace(at, wanted.size(), value);
  }
  return text;
}

json::array many_tags(int64_t count) {
  json::array tags;
  for (int64_t i = 0; i < count; ++i)
    tags.push_back({{"Key", "key" + std::to_string(i)}, {"Value", ""}});
  return tags;
}

// The case's JSON with its variables and long texts filled in.
json::value filled_in(const json::value& value, const Variables& variables) {
  if (value.is_string()) return json::value(substitute(text_of(value), variables));
  if (value.is_array()) {
    json::array array;
    for (const json::value& item : value.as_array())
      array.push_back(filled_in(item, variables));
    return array;
  }
  if (!value.is_object()) return value;
  const json::object& object = value.as_object();
  if (const json::value* const tags = object.if_contains("$tags")) return many_tags(tags->as_int64());
  if (const json::value* const piece = object.if_contains("$repeat")) {
    std::string text;
    for (int64_t i = 0; i < object.at("count").as_int64(); ++i)
      text += text_of(*piece);
    return json::value(text);
  }
  json::object filled;
  for (const auto& [key, member] : object)
    filled.insert_or_assign(substitute(key, variables), filled_in(member, variables));
  return filled;
}

// '?' is any character, '*' any text.
bool is_like(std::string_view text, std::string_view glob) {
  if (glob.empty()) return text.empty();
  if (glob.front() == '*') {
    return is_like(text, glob.substr(1)) || (!text.empty() && is_like(text.substr(1), glob));
  }
  return !text.empty() && (glob.front() == '?' || glob.front() == text.front()) &&
         is_like(text.substr(1), glob.substr(1));
}

class Runner {
 public:
  Runner() : start_(world_.clock.now()) {
    for (int i = 1; i <= 9; ++i)
      variables_["v" + std::to_string(i)] = "00000000-0000-0000-0000-00000000000" + std::to_string(i);
  }

  void run(const json::object& content) {
    if (const json::value* const given = content.if_contains("given")) steps(given->as_array());
    step(content);
    if (const json::value* const then = content.if_contains("then")) steps(then->as_array());
  }

 private:
  void steps(const json::array& all) {
    for (const json::value& one : all)
      step(one.as_object());
  }

  void step(const json::object& raw) {
    const json::value value = filled_in(raw, variables_);
    const json::object& one = value.as_object();
    SCOPED_TRACE(json::serialize(one.contains("call") ? json::value(one.at("call")) : value));
    if (one.contains("call")) return call(one);
    if (one.contains("advance")) return world_.clock.advance(std::chrono::seconds(one.at("advance").as_int64()));
    if (one.contains("replicate")) return replicate(one);
    if (one.contains("announce")) return announce(one);
    if (one.contains("labels")) return labels(one);
    if (one.contains("erase_expired")) {
      EXPECT_EQ(must(world_.secrets(region(one)).erase_expired()), one.at("erase_expired").as_int64());
      return;
    }
    if (one.contains("flush_accesses")) return must(world_.secrets(region(one)).flush_accesses());
    FAIL() << "unknown step";
  }

  static std::string region(const json::object& one) {
    return one.contains("in") ? text_of(one.at("in")) : std::string(kHome);
  }

  Answer answer(const json::object& one, std::string_view operation, const json::value& input) {
    const std::string account = one.contains("as") ? text_of(one.at("as")) : std::string(kAccount);
    const bool is_user = one.contains("user");
    return world_.call(region(one), is_user ? user_of(account) : root_of(account), operation, json::serialize(input));
  }

  void call(const json::object& one) {
    const json::value input = one.contains("input") ? one.at("input") : json::value(json::object());
    const Answer answered = answer(one, text_of(one.at("call")), input);
    const json::object expected = one.contains("expect") ? one.at("expect").as_object() : json::object();
    if (expected.contains("error")) {
      EXPECT_EQ(answered.error, text_of(expected.at("error"))) << answered.message << answered.output;
      EXPECT_EQ(answered.status, expected.contains("status") ? expected.at("status").as_int64() : 400);
      EXPECT_EQ(answered.message, text_of(expected.at("message")));
      return;
    }
    ASSERT_EQ(answered.status, 200) << answered.error << ": " << answered.message;
    const json::value output = json::parse(answered.output);
    if (expected.contains("output")) compare(output, expected.at("output"), false, "output");
    if (expected.contains("exactly")) compare(output, expected.at("exactly"), true, "output");
    if (!one.contains("save")) return;
    for (const auto& [name, member] : one.at("save").as_object()) {
      const json::value* const saved = output.as_object().if_contains(text_of(member));
      ASSERT_TRUE(saved) << text_of(member) << " is not in " << answered.output;
      variables_[std::string(name)] = text_of(*saved);
    }
  }

  void replicate(const json::object& one) {
    const std::string from = one.contains("from") ? text_of(one.at("from")) : std::string(kHome);
    const auto outcome =
        world_.replicate(*AccountId::parse(kAccount), text_of(one.at("replicate")), from, text_of(one.at("to")));
    EXPECT_EQ(outcome.message, one.contains("message") ? text_of(one.at("message")) : "");
  }

  // What RotateSecret does first: a version with AWSPENDING and without a value.
  void announce(const json::object& one) {
    must(world_.secrets(region(one))
             .update(*AccountId::parse(kAccount), text_of(one.at("announce")),
                     [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
                       secrets::Change change{view.secret, {}, {}, {}};
                       change.secret.versions.push_back({.id = *VersionId::parse(text_of(one.at("token"))),
                                                         .stages = {"AWSPENDING"},
                                                         .created = world_.clock.now()});
                       return std::optional(std::move(change));
                     }));
  }

  // All versions that have a value, those without labels too, and the labels of each.
  void labels(const json::object& one) {
    const Answer answered =
        answer(one, "ListSecretVersionIds", json::object{{"SecretId", one.at("labels")}, {"IncludeDeprecated", true}});
    ASSERT_EQ(answered.status, 200) << answered.message;
    json::object found;
    const json::value output = json::parse(answered.output);
    for (const json::value& entry : output.at("Versions").as_array()) {
      const json::value* const stages = entry.as_object().if_contains("VersionStages");
      found.insert_or_assign(entry.at("VersionId").as_string(), stages ? *stages : json::value(json::array()));
    }
    compare(found, one.at("are"), true, "labels");
  }

  // "@now", "@start+3600", "@today": seconds since 1970 as the clock has them.
  double time(std::string_view text) const {
    const size_t sign = text.find_first_of("+-");
    const std::string_view base = text.substr(1, sign == text.npos ? text.npos : sign - 1);
    const double offset = sign == text.npos ? 0 : std::stod(std::string(text.substr(sign)));
    Time time = base == "start" ? start_ : world_.clock.now();
    if (base == "today") time = start_of_day(time);
    return static_cast<double>(time.time_since_epoch().count()) / 1000 + offset;
  }

  void compare(const json::value& found, const json::value& expected, bool exactly, const std::string& path) const {
    if (expected.is_object()) {
      ASSERT_TRUE(found.is_object()) << path;
      return compare_members(found.as_object(), expected.as_object(), exactly, path);
    }
    if (expected.is_array()) {
      ASSERT_TRUE(found.is_array()) << path;
      ASSERT_EQ(found.as_array().size(), expected.as_array().size()) << path << ": " << json::serialize(found);
      for (size_t i = 0; i < found.as_array().size(); ++i)
        compare(found.at(i), expected.at(i), exactly, path + "[" + std::to_string(i) + "]");
      return;
    }
    if (!expected.is_string()) {
      EXPECT_EQ(json::serialize(found), json::serialize(expected)) << path;
      return;
    }
    const std::string text = text_of(expected);
    if (text == "*") return;
    if (text.starts_with("@")) {
      ASSERT_TRUE(found.is_number()) << path << ": " << json::serialize(found);
      EXPECT_LT(std::abs(found.to_number<double>() - time(text)), 0.0005)
          << path << " is " << json::serialize(found) << ", not " << text;
      return;
    }
    ASSERT_TRUE(found.is_string()) << path << ": " << json::serialize(found);
    if (text.starts_with("like:")) {
      EXPECT_TRUE(is_like(text_of(found), text.substr(5))) << path << ": " << text_of(found) << " is not " << text;
    } else {
      EXPECT_EQ(text_of(found), text) << path;
    }
  }

  void compare_members(const json::object& found, const json::object& expected, bool exactly,
                       const std::string& path) const {
    for (const auto& [key, value] : expected) {
      const json::value* const member = found.if_contains(key);
      if (value.is_null()) {
        EXPECT_FALSE(member) << path << "." << std::string(key) << " should be absent";
        continue;
      }
      EXPECT_TRUE(member) << path << "." << std::string(key) << " is absent in " << json::serialize(found);
      if (member) compare(*member, value, exactly, path + "." + std::string(key));
    }
    if (!exactly) return;
    for (const auto& [key, value] : found)
      EXPECT_TRUE(expected.contains(key)) << path << "." << std::string(key) << " is " << json::serialize(value);
  }

  SeededRandom random_{7};
  World world_{random_};
  const Time start_;
  Variables variables_;
};

std::vector<Case> load_cases() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(COFFER_CASES_DIRECTORY)) {
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
      cases.push_back({path.filename().string(), {{"name", "is not a JSON list"}}});
      continue;
    }
    for (const json::value& one : content.as_array())
      cases.push_back({path.stem().string(), one.as_object()});
  }
  return cases;
}

std::string test_name(const ::testing::TestParamInfo<Case>& info) {
  std::string name = info.param.file + "_" + std::to_string(info.index) + "_";
  name += text_of(info.param.content.at("name"));
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class Cases : public ::testing::TestWithParam<Case> {};

TEST_P(Cases, BehavesAsWritten) {
  ASSERT_TRUE(GetParam().content.contains("call")) << "a case must call something";
  ASSERT_TRUE(GetParam().content.contains("expect")) << "a case must expect something";
  Runner().run(GetParam().content);
}

INSTANTIATE_TEST_SUITE_P(All, Cases, ::testing::ValuesIn(load_cases()), test_name);

}  // namespace
}  // namespace coffer::secretsmanager::testing
