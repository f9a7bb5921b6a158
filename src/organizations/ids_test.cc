#include "organizations/ids.h"

#include <gtest/gtest.h>

namespace coffer::organizations {
namespace {

// Ids become parts of row keys, and tell what they are of.
TEST(Ids, AreWhatTheReferenceSays) {
  EXPECT_TRUE(OrganizationId::parse("o-abcdefgh12"));
  for (const char* bad : {"", "o-", "o-abcdefgh1", "o-ABCDEFGH12", "p-abcdefgh12", "o-abcdefgh1/"})
    EXPECT_FALSE(OrganizationId::parse(bad)) << bad;
  for (const char* good : {"r-ab12", "ou-ab12-abcdefgh", "123456789012"})
    EXPECT_TRUE(NodeId::parse(good)) << good;
  for (const char* bad : {"", "r-ab1", "ou-ab12", "ou-ab12-abcdefg", "ou-ab12-abcdefgh-x", "12345678901",
                          "1234567890123", "ou-ab12-abcdefgH", "r-ab12\n"})
    EXPECT_FALSE(NodeId::parse(bad)) << bad;
  EXPECT_TRUE(PolicyId::parse("p-FullAWSAccess"));
  for (const char* bad : {"p-short", "p-abcdefg-h", "x-abcdefgh"})
    EXPECT_FALSE(PolicyId::parse(bad)) << bad;
  EXPECT_TRUE(RequestId::parse("car-abcdefgh"));
  EXPECT_FALSE(RequestId::parse("car-abcdefg"));
  EXPECT_FALSE(OrganizationId::parse("o-" + std::string(33, 'a')));
}

TEST(Ids, ANodesIdSaysWhatTheNodeIs) {
  EXPECT_EQ(kind_of(*NodeId::parse("r-ab12")), NodeKind::kRoot);
  EXPECT_EQ(kind_of(*NodeId::parse("ou-ab12-abcdefgh")), NodeKind::kUnit);
  EXPECT_EQ(kind_of(*NodeId::parse("123456789012")), NodeKind::kAccount);
  const AccountId account = *AccountId::parse("123456789012");
  EXPECT_EQ(account_of(node_of(account)), account);
}

TEST(Ids, AUnitsIdHasThatOfItsRoot) {
  SeededRandom random(3);
  const NodeId root = draw_root_id(random);
  const NodeId unit = draw_unit_id(root, random);
  EXPECT_TRUE(unit.text().starts_with("ou-" + root.text().substr(2) + "-")) << unit.text();
  EXPECT_NE(draw_unit_id(root, random), unit);
  EXPECT_EQ(draw_organization_id(random).text().size(), 12u);
  EXPECT_EQ(draw_request_id(random).text().size(), 36u);
  EXPECT_EQ(draw_policy_id(random).text().size(), 10u);
}

}  // namespace
}  // namespace coffer::organizations
