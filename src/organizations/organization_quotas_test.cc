// Organizations that are as large as they may be. What is in them is written as rows, since one change for each of ten
// thousand accounts would take its time.
#include "organizations/quotas.h"
#include "organizations/testing/organization_fixture.h"

namespace coffer::organizations {
namespace {

class OrganizationQuotasTest : public testing::OrganizationTest {
 protected:
  // `item(i)` for i from 1 on.
  template <class Make>
  void fill(size_t count, const Make& make) {
    store::Transaction transaction;
    for (size_t i = 1; i <= count; ++i) {
      const auto item = make(i);
      transaction.puts.push_back({row_key(id(), item.id), encode(item, 1)});
      if (transaction.puts.size() < 4'000 && i != count) continue;
      must(store_->commit(std::move(transaction)));
      transaction = {};
    }
  }
  // Of a fixed length.
  static std::string digits(size_t i) { return std::to_string(100'000 + i); }
};

TEST_F(OrganizationQuotasTest, TenThousandAccountsAreTheMost) {
  // One less than there may be, with the management account.
  fill(kAccounts - 2, [&](size_t i) {
    Node account;
    account.id = *NodeId::parse("900000" + digits(i));
    account.parent = root();
    account.membership = Membership{.email = digits(i) + "@example.com"};
    return account;
  });
  member("222222222222");
  EXPECT_EQ(outcome(join(changes_, id(), {.account = account("333333333333"), .name = "n", .email = "n@example.com"})),
            "ConstraintViolationException: You have exceeded the allowed number of AWS accounts.");
  EXPECT_EQ(place("222222222222")->organization, id().text());
}

TEST_F(OrganizationQuotasTest, TwoThousandUnitsAreTheMost) {
  fill(kUnits - 1, [&](size_t i) {
    Node unit;
    unit.id = *NodeId::parse("ou-ab12-00" + digits(i));
    unit.parent = root();
    unit.name = digits(i);
    return unit;
  });
  unit(root(), "the last");
  EXPECT_EQ(outcome(create_unit(changes_, id(), {root(), "one more", {}})),
            "ConstraintViolationException: You have exceeded the allowed number of organizational units.");
}

TEST_F(OrganizationQuotasTest, AThousandPoliciesOfEachTypeAreTheMost) {
  fill(kPolicies - 1, [&](size_t i) {
    return Policy{.id = *PolicyId::parse("p-00" + digits(i)),
                  .type = PolicyType::kServiceControl,
                  .name = digits(i),
                  .description = "",
                  .content = std::string(testing::kDenyEverything),
                  .tags = {}};
  });
  policy(PolicyType::kServiceControl, "the last");
  EXPECT_EQ(outcome(create_policy(
                changes_, id(), {PolicyType::kServiceControl, "more", "", std::string(testing::kDenyEverything), {}})),
            "ConstraintViolationException: You have exceeded the allowed number of policies.");
  policy(PolicyType::kResourceControl, "of the other type");
}

}  // namespace
}  // namespace coffer::organizations
