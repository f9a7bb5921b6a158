#include "services/secretsmanager/testing/case_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "kms/key_details.h"
#include "kms/key_policy.h"
#include "secrets/secret_rows.h"

namespace coffer::secretsmanager::testing {
namespace {

namespace json = boost::json;
using api::testing::differences;
using api::testing::filled_in;
using api::testing::Members;
using api::testing::Variables;

constexpr std::string_view kAccount = "123456789012";

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}

// The member's text, or what it is when it is not there.
std::string text_or(const json::object& object, std::string_view member, std::string_view otherwise) {
  const json::value* const found = object.if_contains(member);
  return found ? text_of(*found) : std::string(otherwise);
}

struct ExpectedError {
  std::string name;
  std::string message;
  int64_t status;
};

class Runner {
 public:
  explicit Runner(const MakeCalls& make_calls) : calls_(make_calls(world_)), start_(world_.clock.now()) {
    for (int i = 1; i <= 9; ++i)
      variables_["v" + std::to_string(i)] = "00000000-0000-0000-0000-00000000000" + std::to_string(i);
  }

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
    if (raw.contains("times")) return repeat(raw);
    // A step is an object with one of these members. A new kind is a function below, a line here and one in the README.
    static constexpr Kind kKinds[] = {
        {"call", &Runner::call},
        {"advance", &Runner::advance},
        {"replicate", &Runner::replicate},
        {"copy", &Runner::copy},
        {"announce", &Runner::announce},
        {"labels", &Runner::labels},
        {"damage", &Runner::damage},
        {"key", &Runner::key},
        {"erase_expired", &Runner::erase_expired},
        {"flush_accesses", &Runner::flush_accesses},
        {"secrets_per_account", &Runner::limit_secrets},
    };
    const json::value value = json::parse(filled_in(json::serialize(raw), variables_));
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
  static AccountId account() { return *AccountId::parse(kAccount); }

  Answer answer(const json::object& one, std::string_view operation, std::string_view body) {
    const std::string account = text_or(one, "as", kAccount);
    return calls_->call(region(one), one.contains("user") ? user_of(account) : root_of(account), operation, body);
  }

  void expect_same(std::string_view found, const json::value& expected, Members members) const {
    for (const std::string& difference :
         differences(found, json::serialize(expected), members, {start_, world_.clock.now()}))
      ADD_FAILURE() << difference;
  }

  // --- calls -------------------------------------------------------------------------------------------------------

  void call(const json::object& one) {
    const json::value* const input = one.if_contains("input");
    const std::string body = text_or(one, "body", input ? json::serialize(*input) : "{}");
    const Answer answered = answer(one, text_of(one.at("call")), body);
    const json::object expected = one.contains("expect") ? one.at("expect").as_object() : json::object();
    if (expected.contains("error")) return expect_error(answered, expected);
    ASSERT_EQ(answered.status, 200) << answered.error << ": " << answered.message;
    if (expected.contains("output")) expect_same(answered.output, expected.at("output"), Members::kSomeOf);
    if (expected.contains("exactly")) expect_same(answered.output, expected.at("exactly"), Members::kAllOf);
    if (one.contains("save")) save(one.at("save").as_object(), answered);
  }

  void expect_error(const Answer& answered, const json::object& expected) const {
    ExpectedError error{.name = text_of(expected.at("error")),
                        .message = text_of(expected.at("message")),
                        .status = expected.contains("status") ? expected.at("status").as_int64() : 400};
    if (error.status >= 500 && !calls_->tells_internals()) {
      error.name = error.status == 503 ? "ServiceUnavailable" : "InternalServiceError";
      error.message = error.status == 503 ? "The service is temporarily unavailable. Try again."
                                          : "An error occurred on the server side.";
    }
    EXPECT_EQ(answered.error, error.name) << answered.message << answered.output;
    EXPECT_EQ(answered.status, error.status);
    expect_same(json::serialize(json::value(answered.message)), json::value(error.message), Members::kSomeOf);
  }

  void save(const json::object& names, const Answer& answered) {
    const json::value output = json::parse(answered.output);
    for (const auto& [name, member] : names) {
      const json::value* const saved = output.as_object().if_contains(text_of(member));
      ASSERT_TRUE(saved) << text_of(member) << " is not in " << answered.output;
      variables_[std::string(name)] = text_of(*saved);
    }
  }

  // --- other steps -------------------------------------------------------------------------------------------------

  // To the millisecond.
  void advance(const json::object& one) {
    const double seconds = one.at("advance").to_number<double>();
    world_.clock.advance(Duration(std::llround(seconds * 1000)));
  }

  void replicate(const json::object& one) {
    const auto outcome =
        world_.replicate(account(), text_of(one.at("replicate")), text_or(one, "from", kHome), text_of(one.at("to")));
    EXPECT_EQ(outcome.message, text_or(one, "message", ""));
  }

  // To the replica in another account.
  void copy(const json::object& one) {
    const AccountId owner = *AccountId::parse(text_or(one, "as", kAccount));
    const std::string message = world_.copy_across(owner, text_of(one.at("copy")), region(one)).message;
    expect_same(json::serialize(json::value(message)), json::value(text_or(one, "message", "")), Members::kSomeOf);
  }

  // What RotateSecret does first: a version with AWSPENDING and without a value.
  void announce(const json::object& one) {
    must(world_.secrets(region(one))
             .update(account(), text_of(one.at("announce")),
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
    const json::object input{{"SecretId", one.at("labels")}, {"IncludeDeprecated", true}};
    const Answer answered = answer(one, "ListSecretVersionIds", json::serialize(input));
    ASSERT_EQ(answered.status, 200) << answered.message;
    json::object found;
    const json::value output = json::parse(answered.output);
    for (const json::value& entry : output.at("Versions").as_array()) {
      const json::value* const stages = entry.as_object().if_contains("VersionStages");
      found.insert_or_assign(entry.at("VersionId").as_string(), stages ? *stages : json::value(json::array()));
    }
    expect_same(json::serialize(found), one.at("are"), Members::kAllOf);
  }

  // The value of a version, or the record when none is named.
  void damage(const json::object& one) {
    const std::string name = text_of(one.at("damage"));
    const std::string key = one.contains("version")
                                ? secrets::value_key(account(), name, *VersionId::parse(text_of(one.at("version"))))
                                : secrets::record_key(account(), name);
    must(world_.store(region(one)).commit({.preconditions = {}, .puts = {{key, "damaged"}}, .deletes = {}}));
  }

  // What KMS's own API will do: keys of the account, their aliases and states.
  void key(const json::object& one) {
    kms::Keyring& keyring = world_.rooms(region(one)).keyring;
    const std::string what = text_of(one.at("key"));
    const AccountId owner = *AccountId::parse(text_or(one, "as", kAccount));
    if (what == "create") {
      variables_[text_of(one.at("save"))] = must(keyring.create_key(owner, "")).id;
      return;
    }
    if (what == "erase_expired") {
      EXPECT_EQ(must(keyring.erase_expired()), one.at("count").as_int64());
      return;
    }
    const kms::KeyName name{owner, text_of(one.at("id"))};
    if (what == "alias") return must(keyring.put_alias(owner, text_of(one.at("alias")), name));
    if (what == "share") {
      const Rooms& rooms = world_.rooms(region(one));
      const json::value policy = {{"Version", "2012-10-17"},
                                  {"Statement",
                                   {{{"Effect", "Allow"},
                                     {"Principal", {{"AWS", {owner.text(), text_of(one.at("with"))}}}},
                                     {"Action", one.at("actions")},
                                     {"Resource", "*"}}}}};
      return must(kms::put_policy(
          keyring, name, must(kms::accept_key_policy(json::serialize(policy), {rooms.principals, rooms.identities}))));
    }
    if (what == "disable") return must(keyring.disable(name));
    if (what == "enable") return must(keyring.enable(name));
    if (what == "policy") return put_key_policy(world_.rooms(region(one)), name, json::serialize(one.at("policy")));
    if (what == "delete") return static_cast<void>(must(keyring.schedule_deletion(name, 7)));
    FAIL() << "nothing is done to keys by the name of " << what;
  }

  static void put_key_policy(const Rooms& rooms, const kms::KeyName& key, const std::string& text) {
    must(kms::put_policy(rooms.keyring, key, must(kms::accept_key_policy(text, {rooms.principals, rooms.identities}))));
  }

  void erase_expired(const json::object& one) {
    EXPECT_EQ(must(world_.secrets(region(one)).erase_expired()), one.at("erase_expired").as_int64());
  }

  void limit_secrets(const json::object& one) {
    world_.max_secrets = static_cast<size_t>(one.at("secrets_per_account").as_int64());
  }

  void flush_accesses(const json::object& one) { must(world_.secrets(region(one)).flush_accesses()); }

  SeededRandom random_{7};
  World world_{random_};
  const std::unique_ptr<Calls> calls_;
  const Time start_;
  Variables variables_;
};

}  // namespace

void run_case(const Case& one, const MakeCalls& make_calls) {
  ASSERT_FALSE(one.content.empty()) << one.file << ".json " << one.name;
  const json::value content = json::parse(one.content);
  Runner(make_calls).run(content.as_object());
}

}  // namespace coffer::secretsmanager::testing
