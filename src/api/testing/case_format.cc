#include "api/testing/case_format.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/time_text.h"

namespace coffer::api::testing {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}

std::string substitute(std::string text, const Variables& variables) {
  for (const auto& [name, value] : variables) {
    const std::string wanted = "${" + name + "}";
    for (size_t at = text.find(wanted); at != text.npos; at = text.find(wanted, at + value.size()))
      text.replace(at, wanted.size(), value);
  }
  return text;
}

// KMS calls the members TagKey and TagValue: "named": "Tag".
json::array many_tags(int64_t count, const std::string& prefix) {
  json::array tags;
  for (int64_t i = 0; i < count; ++i)
    tags.push_back({{prefix + "Key", "key" + std::to_string(i)}, {prefix + "Value", ""}});
  return tags;
}

json::value fill(const json::value& value, const Variables& variables) {
  if (value.is_string()) return json::value(substitute(text_of(value), variables));
  if (value.is_array()) {
    json::array array;
    for (const json::value& item : value.as_array())
      array.push_back(fill(item, variables));
    return array;
  }
  if (!value.is_object()) return value;
  const json::object& object = value.as_object();
  if (const json::value* const tags = object.if_contains("$tags")) {
    const json::value* const named = object.if_contains("named");
    return many_tags(tags->as_int64(), named != nullptr ? text_of(*named) : "");
  }
  // A policy is a text that is JSON.
  if (const json::value* const text = object.if_contains("$json"))
    return json::value(json::serialize(fill(*text, variables)));
  if (const json::value* const piece = object.if_contains("$repeat")) {
    std::string text;
    for (int64_t i = 0; i < object.at("count").as_int64(); ++i)
      text += text_of(*piece);
    return json::value(text);
  }
  json::object filled;
  for (const auto& [key, member] : object)
    filled.insert_or_assign(substitute(key, variables), fill(member, variables));
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

class Comparison {
 public:
  Comparison(Members members, const Times& times) : members_(members), times_(times) {}

  void compare(const json::value& found, const json::value& expected, const std::string& path) {
    if (expected.is_string()) return compare_text(found, text_of(expected), path);
    if (expected.is_object() && found.is_object())
      return compare_objects(found.as_object(), expected.as_object(), path);
    if (expected.is_array() && found.is_array()) return compare_lists(found.as_array(), expected.as_array(), path);
    if (json::serialize(found) != json::serialize(expected)) differs(path, found, json::serialize(expected));
  }

  std::vector<std::string> take() { return std::move(differences_); }

 private:
  void differs(const std::string& path, const json::value& found, const std::string& expected) {
    differences_.push_back(path + " is " + json::serialize(found) + ", not " + expected);
  }

  void compare_text(const json::value& found, const std::string& text, const std::string& path) {
    if (text == "*") return;
    bool fits = false;
    if (text.starts_with("@")) {
      fits = found.is_number() && std::abs(found.to_number<double>() - seconds(text)) < 0.0005;
    } else if (text.starts_with("like:")) {
      fits = found.is_string() && is_like(text_of(found), text.substr(5));
    } else {
      fits = found.is_string() && text_of(found) == text;
    }
    if (!fits) differs(path, found, json::serialize(json::value(text)));
  }

  void compare_lists(const json::array& found, const json::array& expected, const std::string& path) {
    if (found.size() != expected.size()) return differs(path, found, json::serialize(expected));
    for (size_t i = 0; i < found.size(); ++i)
      compare(found[i], expected[i], path + "[" + std::to_string(i) + "]");
  }

  void compare_objects(const json::object& found, const json::object& expected, const std::string& path) {
    for (const auto& [key, value] : expected) {
      const std::string here = path + "." + std::string(key);
      const json::value* const member = found.if_contains(key);
      if (value.is_null()) {
        if (member) differs(here, *member, "absent");
      } else if (member) {
        compare(*member, value, here);
      } else {
        differences_.push_back(here + " is absent in " + json::serialize(found));
      }
    }
    if (members_ == Members::kSomeOf) return;
    for (const auto& [key, value] : found) {
      if (!expected.contains(key)) differs(path + "." + std::string(key), value, "absent");
    }
  }

  // "@now", "@start+3600", "@today": seconds since 1970.
  double seconds(std::string_view text) const {
    const size_t sign = text.find_first_of("+-");
    const std::string_view base = text.substr(1, sign == text.npos ? text.npos : sign - 1);
    const double offset = sign == text.npos ? 0 : std::stod(std::string(text.substr(sign)));
    Time time = base == "start" ? times_.start : times_.now;
    if (base == "today") time = start_of_day(time);
    return static_cast<double>(time.time_since_epoch().count()) / 1000 + offset;
  }

  const Members members_;
  const Times times_;
  std::vector<std::string> differences_;
};

}  // namespace

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.file << ": " << one.name;
}

std::vector<Case> load_cases(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<Case> cases;
  for (const std::filesystem::path& path : files) {
    const std::string stem = path.stem().string();
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    json::error_code error;
    const json::value content = json::parse(text.str(), error);
    if (error || !content.is_array()) {
      cases.push_back({stem, "is not a JSON list", ""});
      continue;
    }
    for (const json::value& one : content.as_array()) {
      const json::value* const name = one.is_object() ? one.as_object().if_contains("name") : nullptr;
      if (name != nullptr && name->is_string()) {
        cases.push_back({stem, text_of(*name), json::serialize(one)});
      } else {
        cases.push_back({stem, "has no name", ""});
      }
    }
  }
  return cases;
}

std::string filled_in(std::string_view json, const Variables& variables) {
  return json::serialize(fill(json::parse(json), variables));
}

std::vector<std::string> differences(std::string_view found, std::string_view expected, Members members,
                                     const Times& times) {
  const json::value expectation = json::parse(expected);
  if (found.empty()) {
    if (expectation.is_null()) return {};
    return {"the answer has no body"};
  }
  Comparison comparison(members, times);
  comparison.compare(json::parse(found), expectation, "output");
  return comparison.take();
}

}  // namespace coffer::api::testing
