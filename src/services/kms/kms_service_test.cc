#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "services/kms/common_aliases.h"
#include "services/kms/common_paging.h"
#include "services/kms/testing/world.h"

namespace coffer::kms_service::testing {
namespace {

// The front door, the audit and the policies know an operation by what its card says.
TEST(Service, EveryCardSaysWhatItIs) {
  World world;
  const api::Service& service = world.service();
  EXPECT_EQ(service.target_prefix, "TrentService");
  EXPECT_EQ(service.signing_name, "kms");
  std::set<std::string_view> names;
  for (const api::Operation& operation : service.operations) {
    EXPECT_TRUE(names.insert(operation.name).second) << operation.name;
    const bool has_two_actions = operation.name == "ReEncrypt";
    EXPECT_EQ(operation.action, has_two_actions ? "kms:ReEncryptFrom" : "kms:" + std::string(operation.name));
    EXPECT_FALSE(operation.errors.empty()) << operation.name;
    size_t quotas = 0;
    for (const api::RequestQuota& quota : service.quotas)
      quotas += static_cast<size_t>(std::ranges::count(quota.operations, operation.name));
    EXPECT_EQ(quotas, 1u) << operation.name;
  }
  EXPECT_EQ(names.size(), 36u);
  for (const api::RequestQuota& quota : service.quotas) {
    for (const std::string_view operation : quota.operations)
      EXPECT_TRUE(names.contains(operation)) << operation;
  }
}

// A name that drifted from its operation would be an action that no policy can allow.
TEST(Actions, AreThoseOfOperations) {
  const std::vector<api::Operation> cards = operations();
  const auto is_of_a_card = [&cards]<class Action>(Action) {
    return std::ranges::any_of(
        cards, [](const api::Operation& card) { return card.name == Action::kName && card.action == Action::kAction; });
  };
  EXPECT_TRUE(is_of_a_card(action::CreateAlias()));
  EXPECT_TRUE(is_of_a_card(action::UpdateAlias()));
  EXPECT_TRUE(is_of_a_card(action::DeleteAlias()));
}

// The AWS model gives these as regular expressions.
TEST(Patterns, AreThoseOfTheModel) {
  EXPECT_TRUE(kRegionPattern.matches("us-east-1"));
  EXPECT_TRUE(kRegionPattern.matches("us-gov-east-12"));
  for (const std::string_view bad :
       {"", "us-1", "us-east-", "us-east-1x", "-east-1", "us--east-1", "a-b-c-d-1", "US-east-1"})
    EXPECT_FALSE(kRegionPattern.matches(bad)) << bad;
  EXPECT_TRUE(kPolicyPattern.matches("{\t\r\n \xc3\xbf}"));
  EXPECT_FALSE(kPolicyPattern.matches("\xc4\x80")) << "U+0100";
  EXPECT_FALSE(kPolicyPattern.matches("\x01"));
  EXPECT_FALSE(kPolicyPattern.matches(""));
  EXPECT_TRUE(kMarkerPattern.matches("abc \xc3\xa4"));
  EXPECT_FALSE(kMarkerPattern.matches("a\nb"));
  EXPECT_TRUE(kAliasPattern.matches("alias/a_b:C-1"));
  EXPECT_FALSE(kAliasPattern.matches("alias/a b"));
  EXPECT_TRUE(kPrincipalPattern.matches("arn:aws:iam::123456789012:user/a+b=c,d.e@f"));
  EXPECT_FALSE(kPrincipalPattern.matches("*"));
}

TEST(Paging, ASliceGoesOnWhereTheOneBeforeEnded) {
  EXPECT_EQ(slice_behind(std::nullopt, 2, 5)->next_marker, "2");
  EXPECT_EQ(slice_behind("2", 2, 5)->begin, 2u);
  EXPECT_EQ(slice_behind("4", 2, 5)->end, 5u);
  EXPECT_FALSE(slice_behind("4", 2, 5)->next_marker);
  EXPECT_EQ(slice_behind("4", 2, 3)->begin, 3u) << "some have gone since";
  for (const char* bad : {"", "-1", "x", "1x", "99999999999999999999999"})
    EXPECT_EQ(slice_behind(bad, 2, 5).error().code, ErrorCode::kInvalidMarker) << bad;
}

}  // namespace
}  // namespace coffer::kms_service::testing
