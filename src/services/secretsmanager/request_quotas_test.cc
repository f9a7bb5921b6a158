#include "services/secretsmanager/request_quotas.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string_view>

#include "api/throttle.h"
#include "services/secretsmanager/rooms.h"

namespace coffer::secretsmanager {
namespace {

// AWS's numbers, per account and Region, as its documentation has them; the operation alone, or with others. Of the two
// about cross-account replicas it has none, so they are as rare as all that change something.
const std::map<std::string_view, std::pair<uint32_t, size_t>> kOfAws = {
    {"AssociateCrossAccountReplica", {50, 2}},
    {"BatchGetSecretValue", {100, 1}},
    {"CancelRotateSecret", {50, 2}},
    {"CreateSecret", {50, 1}},
    {"DeleteResourcePolicy", {50, 4}},
    {"DeleteSecret", {50, 1}},
    {"DescribeSecret", {40'000, 1}},
    {"DisassociateCrossAccountReplica", {50, 2}},
    {"GetRandomPassword", {50, 1}},
    {"GetResourcePolicy", {50, 4}},
    {"GetSecretValue", {10'000, 1}},
    {"ListSecretVersionIds", {50, 1}},
    {"ListSecrets", {100, 1}},
    {"PutResourcePolicy", {50, 4}},
    {"PutSecretValue", {50, 6}},
    {"RemoveRegionsFromReplication", {50, 6}},
    {"ReplicateSecretToRegions", {50, 6}},
    {"RestoreSecret", {50, 1}},
    {"RotateSecret", {50, 2}},
    {"StopReplicationToReplica", {50, 6}},
    {"TagResource", {50, 2}},
    {"UntagResource", {50, 2}},
    {"UpdateSecret", {50, 6}},
    {"UpdateSecretVersionStage", {50, 6}},
    {"ValidateResourcePolicy", {50, 4}},
};

TEST(RequestQuotas, EachOperationOfTheApiIsInOneWithTheNumbersOfAws) {
  EXPECT_EQ(kOfAws.size(), 25u);
  std::map<std::string_view, std::pair<uint32_t, size_t>> found;
  std::set<std::string_view> names;
  for (const api::RequestQuota& quota : request_quotas()) {
    EXPECT_TRUE(names.insert(quota.name).second) << quota.name;
    EXPECT_LE(quota.per_second, api::Throttle::kMaxRate);
    for (const std::string_view operation : quota.operations)
      EXPECT_TRUE(found.try_emplace(operation, quota.per_second, quota.operations.size()).second) << operation;
  }
  EXPECT_EQ(found, kOfAws);
}

// A card that is in no quota would be served without limit.
TEST(RequestQuotas, EachCardIsInOne) {
  ASSERT_FALSE(operations().empty());
  for (const api::Operation& operation : operations()) {
    int quotas = 0;
    for (const api::RequestQuota& quota : request_quotas()) {
      for (const std::string_view name : quota.operations)
        quotas += name == operation.name ? 1 : 0;
    }
    EXPECT_EQ(quotas, 1) << operation.name;
  }
}

}  // namespace
}  // namespace coffer::secretsmanager
