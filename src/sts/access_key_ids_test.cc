#include "sts/access_key_ids.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace coffer::sts {
namespace {

TEST(AccessKeyIds, CarryTheirAccount) {
  SeededRandom random(3);
  for (const char* account : {"000000000000", "000000000001", "123456789012", "999999999999"}) {
    std::set<std::string> ids;
    for (int i = 0; i < 100; ++i) {
      const AccessKeyId id = draw_temporary_key_id(*AccountId::parse(account), random);
      EXPECT_EQ(id.text().size(), 20u);
      EXPECT_EQ(account_of_temporary_key(id.text())->text(), account);
      EXPECT_TRUE(ids.insert(id.text()).second);
    }
  }
}

// Two ids that AWS gave, and the accounts that it gave them to: published by Aidan Steele in "AWS Access Key ID
// formats".
TEST(AccessKeyIds, AreReadAsAwsIdsAre) {
  EXPECT_EQ(account_of_temporary_key("ASIAY34FZKBOKMUTVV7A")->text(), "609629065308");
  EXPECT_EQ(account_of_temporary_key("ASIAQNZGKIQY56JQ7WML")->text(), "029608264753");
}

TEST(AccessKeyIds, OfOtherKindsCarryNone) {
  for (const char* id : {"", "ASIA", "AKIAY34FZKBOKMUTVV7A", "ASIAY34FZKBOKMUTVV7", "ASIAY34FZKBOKMUTVV7AA",
                         "ASIAY34FZKBOKMUTVV71", "ASIAIOSFODNN7EXAMPLE", "ASIA7777777777777777"}) {
    EXPECT_FALSE(account_of_temporary_key(id)) << id;
  }
}

}  // namespace
}  // namespace coffer::sts
