#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "services/iam/common_condition_keys.h"
#include "services/iam/testing/world.h"

namespace coffer::iam_service::testing {
namespace {

// The front door, the audit and the policies know an operation by what its card says.
TEST(Service, EveryCardSaysWhatItIs) {
  World world;
  EXPECT_EQ(world.service.target_prefix, "");
  EXPECT_EQ(world.service.signing_name, "iam");
  EXPECT_EQ(world.service.query->version, "2010-05-08");
  EXPECT_EQ(world.service.scope_region, api::ScopeRegion::kGlobal);
  std::set<std::string_view> names;
  for (const api::Operation& operation : world.service.operations) {
    EXPECT_TRUE(names.insert(operation.name).second) << operation.name;
    EXPECT_EQ(operation.action, "iam:" + std::string(operation.name));
    // Of this one AWS's model declares no errors.
    EXPECT_EQ(operation.errors.empty(), operation.name == "ListVirtualMFADevices") << operation.name;
    EXPECT_FALSE(operation.is_unsigned) << operation.name;
    const auto begins = [&operation](std::string_view word) { return operation.name.starts_with(word); };
    const bool reads = begins("Get") || begins("List") || begins("Simulate");
    EXPECT_EQ(operation.effect == api::Effect::kWrites, !reads) << operation.name;
    size_t quotas = 0;
    for (const api::RequestQuota& quota : world.service.quotas)
      quotas += static_cast<size_t>(std::ranges::count(quota.operations, operation.name));
    EXPECT_EQ(quotas, 1u) << operation.name;
  }
  EXPECT_GE(names.size(), 95u);
}

// A name that drifted from its operation would be an action that no policy can allow.
TEST(Actions, AreThoseOfOperations) {
  const std::vector<api::Operation> cards = operations();
  const auto is_of_a_card = [&cards]<class Action>(Action) {
    return std::ranges::any_of(
        cards, [](const api::Operation& card) { return card.name == Action::kName && card.action == Action::kAction; });
  };
  EXPECT_TRUE(is_of_a_card(action::TagUser()));
  EXPECT_TRUE(is_of_a_card(action::TagRole()));
  EXPECT_TRUE(is_of_a_card(action::TagPolicy()));
  EXPECT_TRUE(is_of_a_card(action::TagOpenIDConnectProvider()));
}

// They are refused as unknown, not accepted and ignored.
TEST(Service, ThereAreNoPasswordsDevicesAndCertificates) {
  const std::vector<api::Operation> cards = operations();
  for (const char* absent : {"CreateLoginProfile", "ChangePassword", "EnableMFADevice", "CreateVirtualMFADevice",
                             "UploadSigningCertificate", "CreateSAMLProvider", "CreateInstanceProfile"}) {
    EXPECT_EQ(std::ranges::find(cards, absent, &api::Operation::name), cards.end()) << absent;
  }
}

// Whatever an operation is asked without members: it is refused in order, or answers.
TEST(Service, NoOperationFallsOverAnEmptyRequest) {
  World world;
  for (const api::Operation& operation : world.service.operations) {
    const Answer answer = world.root(operation.name);
    const std::set<std::string> expected = {"", "ValidationError", "NoSuchEntity"};
    EXPECT_TRUE(expected.contains(answer.error)) << operation.name << " " << answer.outcome();
  }
}

}  // namespace
}  // namespace coffer::iam_service::testing
