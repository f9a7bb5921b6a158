// How the operations behave, as data: tests/cases/organizations/*.json, one test for each case. The format is that of
// tests/cases, with the steps that tests/cases/organizations/README.md lists.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "api/testing/case_format.h"
#include "services/organizations/testing/world.h"

namespace coffer::organizations_service::testing {
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
    static constexpr Kind kKinds[] = {{"call", &Runner::call},     {"advance", &Runner::advance},
                                      {"user", &Runner::user},     {"organization", &Runner::organization},
                                      {"member", &Runner::member}, {"may", &Runner::may}};
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

  static std::string account(const json::object& one) { return text_or(one, "as", kManagement); }

  void call(const json::object& one) {
    const json::value* const input = one.if_contains("input");
    const std::string body = input ? json::serialize(*input) : "{}";
    const auth::Caller caller = world_.caller(account(one), text_or(one, "by", "root"));
    const Answer answered = world_.call(caller, text_of(one.at("call")), body);
    const json::object expected = one.contains("expect") ? one.at("expect").as_object() : json::object();
    if (expected.contains("error")) {
      EXPECT_EQ(answered.error, text_of(expected.at("error"))) << answered.message << answered.output;
      EXPECT_EQ(answered.status, 400);
      return expect_same(json::serialize(json::value(answered.message)), expected.at("message"), Members::kSomeOf);
    }
    ASSERT_EQ(answered.status, 200) << answered.error << ": " << answered.message;
    if (expected.contains("output")) expect_same(answered.output, expected.at("output"), Members::kSomeOf);
    if (expected.contains("exactly")) expect_same(answered.output, expected.at("exactly"), Members::kAllOf);
    if (one.contains("save")) save(one.at("save").as_object(), answered);
  }

  void expect_same(std::string_view found, const json::value& expected, Members members) const {
    for (const std::string& difference :
         api::testing::differences(found, json::serialize(expected), members, {start_, world_.site.clock.now()}))
      ADD_FAILURE() << difference;
  }

  // "Roots.0.Id" is a member of the first of a member.
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
    world_.site.clock.advance(Duration(std::llround(seconds * 1000)));
  }
  void user(const json::object& one) {
    world_.make_user(account(one), text_of(one.at("user")), json::serialize(one.at("policy")));
  }

  // ${o}, ${r} and ${p} are its id, that of its root, and AWS's service control policy.
  void organization(const json::object& one) {
    const Answer made = world_.call(world_.caller(account(one)), "CreateOrganization");
    ASSERT_EQ(made.status, 200) << made.message;
    variables_["o"] = text_of(json::parse(made.output).at("Organization").at("Id"));
    const Answer roots = world_.call(world_.caller(account(one)), "ListRoots");
    variables_["r"] = text_of(json::parse(roots.output).at("Roots").at(0).at("Id"));
    for (const json::value& type : one.at("organization").as_array()) {
      const json::object input{{"RootId", variables_["r"]}, {"PolicyType", type}};
      const Answer enabled = world_.call(world_.caller(account(one)), "EnablePolicyType", json::serialize(input));
      ASSERT_EQ(enabled.status, 200) << enabled.message;
    }
  }

  // By CreateAccount, in the root.
  void member(const json::object& one) {
    const std::string name = text_of(one.at("member"));
    const json::object input{{"AccountName", name}, {"Email", name + "@example.com"}};
    const Answer made = world_.call(world_.caller(account(one)), "CreateAccount", json::serialize(input));
    ASSERT_EQ(made.status, 200) << made.message;
    variables_[name] = text_of(json::parse(made.output).at("CreateAccountStatus").at("AccountId"));
  }

  // Whether an account's root user may do something.
  void may(const json::object& one) {
    EXPECT_EQ(world_.may(account(one), text_of(one.at("may"))), one.at("is").as_bool());
  }

  World world_;
  const Time start_ = world_.site.clock.now();
  api::testing::Variables variables_;
};

std::string test_name(const ::testing::TestParamInfo<Case>& info) {
  std::string name = info.param.file + "_" + std::to_string(info.index) + "_" + info.param.name;
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class OrganizationsCases : public ::testing::TestWithParam<Case> {};

TEST_P(OrganizationsCases, BehavesAsWritten) {
  const Case& one = GetParam();
  ASSERT_FALSE(one.content.empty()) << one.file << ".json " << one.name;
  const json::value content = json::parse(one.content);
  Runner().run(content.as_object());
}

INSTANTIATE_TEST_SUITE_P(All, OrganizationsCases,
                         ::testing::ValuesIn(api::testing::load_cases(COFFER_ORGANIZATIONS_CASES_DIRECTORY)),
                         test_name);

}  // namespace
}  // namespace coffer::organizations_service::testing
