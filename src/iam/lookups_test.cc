#include "iam/lookups.h"

#include <gtest/gtest.h>

#include <map>

#include "iam/attachments.h"
#include "iam/groups.h"
#include "iam/testing/identity_site.h"
#include "iam/users.h"

namespace coffer::iam {
namespace {

using testing::group_ref;
using testing::IdentitySite;
using testing::kAccount;
using testing::user_ref;

constexpr std::string_view kReadOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";

class LookupsTest : public ::testing::Test {
 protected:
  LookupsTest() {
    for (const char* name : {"Bob", "alice", "carol", "Dave", "eve"})
      EXPECT_TRUE(create_user(store_, kAccount, {.name = name, .path = *name == 'c' ? "/x/" : "/x/y/"}).ok());
  }
  std::vector<std::string> all_pages(std::string_view prefix, size_t limit) {
    std::vector<std::string> names;
    std::optional<std::string> after;
    do {
      const auto page = page_of(site_.entities().users, {.path_prefix = prefix, .after = after, .limit = limit});
      EXPECT_LE(page.entities.size(), limit);
      for (const auto& user : page.entities)
        names.push_back(user->name);
      after = page.next;
    } while (after);
    return names;
  }

  IdentitySite site_;
  IdentityStore& store_ = site_.identity_store;
};

TEST_F(LookupsTest, PagesOfAnySizeGiveEverythingOnceInOrder) {
  for (size_t limit = 1; limit <= 6; ++limit) {
    EXPECT_EQ(all_pages("/", limit), (std::vector<std::string>{"alice", "Bob", "carol", "Dave", "eve"})) << limit;
    EXPECT_EQ(all_pages("/x/y/", limit), (std::vector<std::string>{"alice", "Bob", "Dave", "eve"})) << limit;
    EXPECT_TRUE(all_pages("/z/", limit).empty());
  }
}

TEST_F(LookupsTest, APageGoesOnWhereADeletedUserWas) {
  ASSERT_TRUE(delete_user(store_, user_ref("bob")).ok());
  const auto page = page_of(site_.entities().users, {.after = "Bob", .limit = 1});
  ASSERT_EQ(page.entities.size(), 1u);
  EXPECT_EQ(page.entities[0]->name, "carol");
}

TEST_F(LookupsTest, WhoHasAPolicyIsFound) {
  ASSERT_TRUE(create_group(store_, kAccount, {.name = "red"}).ok());
  ASSERT_TRUE(attach_policy(store_, user_ref("bob"), kReadOnly).ok());
  ASSERT_TRUE(attach_policy(store_, group_ref("red"), kReadOnly).ok());
  ASSERT_TRUE(put_boundary(store_, user_ref("eve"), kReadOnly).ok());
  const SnapshotPointer snapshot = site_.snapshot();
  const PolicyUsage usage = usage_of(snapshot->entities(), kReadOnly);
  EXPECT_EQ(usage.attachments, 2u);
  EXPECT_EQ(usage.boundaries, 1u);
  const PolicyEntities attached = entities_for(snapshot->entities(), kReadOnly, PolicyUse::kPermissions);
  ASSERT_EQ(attached.users.size(), 1u);
  EXPECT_EQ(attached.users[0]->name, "Bob");
  EXPECT_EQ(attached.groups.size(), 1u);
  const PolicyEntities bounded = entities_for(snapshot->entities(), kReadOnly, PolicyUse::kBoundary);
  ASSERT_EQ(bounded.users.size(), 1u);
  EXPECT_EQ(bounded.users[0]->name, "eve");
  EXPECT_TRUE(bounded.groups.empty());
  EXPECT_NE(find_policy(*snapshot, kReadOnly), nullptr);
  EXPECT_EQ(find_policy(*snapshot, "arn:aws:iam::aws:policy/Absent"), nullptr);
}

TEST_F(LookupsTest, TheSummaryCountsWhatThereIs) {
  std::map<std::string, int64_t> summary;
  for (const auto& [name, count] : account_summary(*site_.snapshot()))
    EXPECT_TRUE(summary.emplace(name, count).second) << name << " is there twice";
  EXPECT_EQ(summary["Users"], 5);
  EXPECT_EQ(summary["Groups"], 0);
  EXPECT_EQ(summary["UsersQuota"], 5000);
}

}  // namespace
}  // namespace coffer::iam
