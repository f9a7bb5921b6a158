#include "services/secretsmanager/rooms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "services/secretsmanager/common_actions.h"
#include "services/secretsmanager/testing/world.h"

namespace coffer::secretsmanager {
namespace {

// The front door, the audit and the policies know an operation by what its card says.
TEST(Service, EveryCardSaysWhatItIs) {
  SeededRandom random(7);
  testing::World world(random);
  Rooms rooms = world.rooms(testing::kHome);
  const api::Service service = make_service(rooms);
  EXPECT_EQ(service.target_prefix, "secretsmanager");
  EXPECT_EQ(service.signing_name, "secretsmanager");
  EXPECT_EQ(service.rooms, &rooms);
  std::set<std::string_view> names;
  for (const api::Operation& operation : service.operations) {
    EXPECT_TRUE(names.insert(operation.name).second) << operation.name;
    EXPECT_EQ(operation.action, "secretsmanager:" + std::string(operation.name));
    EXPECT_FALSE(operation.errors.empty()) << operation.name;
    const auto begins = [&operation](std::string_view word) { return operation.name.starts_with(word); };
    const bool scans = operation.name == "ListSecrets" || operation.name == "BatchGetSecretValue" ||
                       operation.name == "ValidateResourcePolicy";
    const bool reads = begins("Get") || begins("List") || begins("Describe");
    const api::Effect effect = scans ? api::Effect::kScans : reads ? api::Effect::kReads : api::Effect::kWrites;
    EXPECT_EQ(operation.effect, effect) << operation.name;
  }
  EXPECT_GE(names.size(), 13u);
}

// A name that drifted from its operation would be an action that no policy can allow.
TEST(Actions, AreThoseOfOperations) {
  const std::vector<api::Operation> cards = operations();
  const auto is_of_a_card = [&cards]<class Action>(Action) {
    return std::ranges::any_of(
        cards, [](const api::Operation& card) { return card.name == Action::kName && card.action == Action::kAction; });
  };
  EXPECT_TRUE(is_of_a_card(action::GetSecretValue()));
  EXPECT_TRUE(is_of_a_card(action::ListSecrets()));
  EXPECT_TRUE(is_of_a_card(action::PutResourcePolicy()));
}

}  // namespace
}  // namespace coffer::secretsmanager
