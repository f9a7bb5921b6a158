// How the operations behave, as data: tests/cases/kms/*.json, one test for each case. The format is that of
// tests/cases, with the steps that tests/cases/kms/README.md lists.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "api/testing/case_format.h"
#include "services/kms/testing/world.h"

namespace coffer::kms_service::testing {
namespace {

namespace json = boost::json;
using api::testing::Case;
using api::testing::Members;

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}
std::string text_or(const json::object& object, std::string_view member, std::string_view otherwise) {
  const json::value* const found = object.if_contains(member);
  return found ? text_of(*found) : std::string(otherwise);
}

class Runner {
 public:
  void run(const json::object& one) {
    ASSERT_TRUE(one.contains("call")) << "a case must call something";
    ASSERT_TRUE(one.contains("expect")) << "a case must expect something";
    if (const json::value* const given = one.if_contains("given")) steps(given->as_array());
    step(one);
    if (const json::value* const then = one.if_contains("then")) steps(then->as_array());
  }

 private:
  struct Kind {
    std::string_view member;
    void (Runner::*run)(const json::object& step);
  };

  void steps(const json::array& all) {
    for (const json::value& one : all)
      step(one.as_object());
  }

  void step(const json::object& raw) {
    static constexpr Kind kKinds[] = {{"call", &Runner::call},
                                      {"advance", &Runner::advance},
                                      {"user", &Runner::user},
                                      {"delete_user", &Runner::delete_user},
                                      {"role", &Runner::role},
                                      {"default_key", &Runner::default_key},
                                      {"rotated", &Runner::rotated},
                                      {"erased", &Runner::erased},
                                      {"replicated", &Runner::replicated}};
    if (raw.contains("times")) return repeat(raw);
    const json::value value = json::parse(api::testing::filled_in(json::serialize(raw), variables_));
    const json::object& one = value.as_object();
    SCOPED_TRACE(json::serialize(one.contains("call") ? json::value(one.at("call")) : value));
    const auto kind = std::ranges::find_if(kKinds, [&](const Kind& kind) { return one.contains(kind.member); });
    if (kind == std::end(kKinds)) FAIL() << "unknown step";
    (this->*kind->run)(one);
  }

  void repeat(json::object one) {
    const int64_t times = one.at("times").as_int64();
    one.erase("times");
    for (int64_t i = 1; i <= times; ++i) {
      variables_["i"] = std::to_string(i);
      step(one);
    }
  }

  static std::string region(const json::object& one) { return text_or(one, "in", kHome); }
  static std::string account(const json::object& one) { return text_or(one, "as", kAccount); }
  static std::string policy(const json::object& one) {
    return one.contains("policy") ? json::serialize(one.at("policy")) : "";
  }

  void call(const json::object& one) {
    const json::value* const input = one.if_contains("input");
    const std::string body = text_or(one, "body", input ? json::serialize(*input) : "{}");
    const auth::Caller caller = world_.caller(account(one), text_or(one, "by", "root"));
    const Answer answered = world_.call(region(one), caller, text_of(one.at("call")), body);
    const json::object expected = one.contains("expect") ? one.at("expect").as_object() : json::object();
    if (expected.contains("error")) {
      EXPECT_EQ(answered.error, text_of(expected.at("error"))) << answered.message << answered.output;
      return expect_same(json::serialize(json::value(answered.message)), expected.at("message"), Members::kSomeOf);
    }
    ASSERT_EQ(answered.status, 200) << answered.error << ": " << answered.message;
    if (expected.contains("output")) expect_same(answered.output, expected.at("output"), Members::kSomeOf);
    if (expected.contains("exactly")) expect_same(answered.output, expected.at("exactly"), Members::kAllOf);
    if (one.contains("save")) save(one.at("save").as_object(), answered);
  }

  void expect_same(std::string_view found, const json::value& expected, Members members) const {
    for (const std::string& difference :
         api::testing::differences(found, json::serialize(expected), members, {start_, world_.clock.now()}))
      ADD_FAILURE() << difference;
  }

  // "KeyMetadata.KeyId" is a member of a member.
  void save(const json::object& names, const Answer& answered) {
    const json::value output = json::parse(answered.output);
    for (const auto& [name, member] : names) {
      std::string pointer = "/" + text_of(member);
      std::ranges::replace(pointer, '.', '/');
      json::error_code error;
      const json::value* const saved = output.find_pointer(pointer, error);
      ASSERT_TRUE(saved) << text_of(member) << " is not in " << answered.output;
      variables_[std::string(name)] = text_of(*saved);
    }
  }

  void advance(const json::object& one) {
    const double seconds = one.at("advance").to_number<double>();
    world_.clock.advance(Duration(std::llround(seconds * 1000)));
  }
  void user(const json::object& one) { world_.make_user(account(one), text_of(one.at("user")), policy(one)); }
  void delete_user(const json::object& one) { world_.delete_user(account(one), text_of(one.at("delete_user"))); }
  void role(const json::object& one) { world_.make_role(account(one), text_of(one.at("role")), policy(one)); }

  // That of Secrets Manager, as its first use makes it.
  void default_key(const json::object& one) {
    const auto key = must(world_.keyring(region(one)).make_default_key(*AccountId::parse(account(one))));
    variables_[text_of(one.at("default_key"))] = key->info.name.id;
  }
  // What the background threads do, and how often.
  void rotated(const json::object& one) {
    EXPECT_EQ(must(world_.rotator(region(one)).step()), one.at("rotated").as_int64());
  }
  void erased(const json::object& one) {
    EXPECT_EQ(must(world_.keyring(region(one)).erase_expired()), one.at("erased").as_int64());
  }

  // What replication does with keys.
  void replicated(const json::object&) { world_.exchange_keys(); }

  World world_;
  const Time start_ = world_.clock.now();
  api::testing::Variables variables_;
};

std::string test_name(const ::testing::TestParamInfo<Case>& info) {
  std::string name = info.param.file + "_" + std::to_string(info.index) + "_" + info.param.name;
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class KmsCases : public ::testing::TestWithParam<Case> {};

TEST_P(KmsCases, BehavesAsWritten) {
  const Case& one = GetParam();
  ASSERT_FALSE(one.content.empty()) << one.file << ".json " << one.name;
  const json::value content = json::parse(one.content);
  Runner().run(content.as_object());
}

INSTANTIATE_TEST_SUITE_P(All, KmsCases, ::testing::ValuesIn(api::testing::load_cases(COFFER_KMS_CASES_DIRECTORY)),
                         test_name);

}  // namespace
}  // namespace coffer::kms_service::testing
