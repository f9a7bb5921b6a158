// Pages of a list whose secrets come and go meanwhile.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <set>

#include "services/secretsmanager/testing/world.h"

namespace coffer::secretsmanager::testing {
namespace {

namespace json = boost::json;

const auth::Caller kRoot = root_of("123456789012");

struct Order {
  const char* input;
  const char* prefix;  // of the names that it lists
};

class Pages : public ::testing::TestWithParam<Order> {
 protected:
  Pages() {
    for (int i = 0; i < 40; ++i)
      create();
  }

  void create() {
    const std::string name = "secret-" + random_.text(3, "abc") + std::to_string(made_++);
    ASSERT_EQ(call("CreateSecret", {{"Name", name}, {"ClientRequestToken", random_.uuid()}}).status, 200);
    there_.insert(name);
    world_.clock.advance(Duration(random_.uniform(3)));  // several may be of one millisecond
  }

  void erase_any() {
    auto gone = there_.begin();
    std::advance(gone, random_.uniform(static_cast<uint32_t>(there_.size())));
    ASSERT_EQ(call("DeleteSecret", {{"SecretId", *gone}, {"ForceDeleteWithoutRecovery", true}}).status, 200);
    there_.erase(gone);
  }

  Answer call(std::string_view operation, const json::object& input) {
    return world_.call(kHome, kRoot, operation, json::serialize(input));
  }

  SeededRandom random_{11};
  World world_{random_};
  std::set<std::string> there_;
  int made_ = 0;
};

// An inventory that misses a secret, or counts one twice, because somebody else was busy, is no inventory.
TEST_P(Pages, ShowEverySecretThatStaysExactlyOnce) {
  for (int walk = 0; walk < 20; ++walk) {
    std::set<std::string> stayed = there_;
    std::map<std::string, int> listed;
    json::object input = json::parse(GetParam().input).as_object();
    input["MaxResults"] = 1 + static_cast<int>(random_.uniform(7));
    for (;;) {
      const json::value page = json::parse(call("ListSecrets", input).output);
      for (const json::value& entry : page.at("SecretList").as_array())
        ++listed[std::string(entry.at("Name").as_string())];
      const json::value* const token = page.as_object().if_contains("NextToken");
      if (token == nullptr) break;
      input["NextToken"] = *token;
      for (uint32_t changes = random_.uniform(4); changes > 0; --changes) {
        if (random_.uniform(2) == 0) {
          create();
        } else {
          erase_any();
        }
      }
      std::erase_if(stayed, [this](const std::string& name) { return !there_.contains(name); });
    }
    std::erase_if(stayed, [](const std::string& name) { return !name.starts_with(GetParam().prefix); });
    for (const std::string& name : stayed)
      EXPECT_EQ(listed[name], 1) << name;
    for (const auto& [name, times] : listed)
      EXPECT_LE(times, 1) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Orders, Pages,
    ::testing::Values(Order{R"({})", ""}, Order{R"({"SortOrder": "desc"})", ""}, Order{R"({"SortBy": "name"})", ""},
                      Order{R"({"SortBy": "name", "SortOrder": "desc"})", ""},
                      Order{R"({"Filters": [{"Key": "name", "Values": ["secret-b"]}]})", "secret-b"}),
    [](const auto& order) { return "Order" + std::to_string(order.index); });

}  // namespace
}  // namespace coffer::secretsmanager::testing
