#include "sts/session_issuer.h"

#include <gtest/gtest.h>

#include "crypto/system_random.h"
#include "sts/access_key_ids.h"
#include "sts/testing/world.h"

namespace coffer::sts::testing {
namespace {

class SessionIssuerTest : public ::testing::Test {
 protected:
  SessionContents contents() {
    return must(make_role_session(*world_.find(World::kReader), {.session_name = "s"}, world_.user())).contents;
  }
  Result<IssuedSession> issue(SessionContents contents) {
    return world_.issuer.issue(std::move(contents), kNow, std::chrono::minutes(15));
  }

  crypto::SystemRandom random_;
  World world_{random_};
};

TEST_F(SessionIssuerTest, CredentialsLookLikeAws) {
  const auto session = issue(contents());
  ASSERT_TRUE(session.ok());
  EXPECT_TRUE(session->access_key.text().starts_with("ASIA"));
  EXPECT_EQ(account_of_temporary_key(session->access_key.text()), kAccount);
  EXPECT_EQ(session->secret_access_key.size(), 40u);
  EXPECT_EQ(session->expires, kNow + std::chrono::minutes(15));
  EXPECT_EQ(session->packed_percent, std::nullopt);
  EXPECT_NE(must(world_.find(*session)), nullptr);
}

// Expiration is told in whole seconds: a session must not end before what its client was told.
TEST_F(SessionIssuerTest, TimesAreWholeSeconds) {
  const auto session = world_.issuer.issue(contents(), kNow + Duration(999), std::chrono::minutes(15));
  EXPECT_EQ(session->expires, kNow + std::chrono::minutes(15));
  EXPECT_EQ(world_.caller(*session).session->issued, kNow);
}

TEST_F(SessionIssuerTest, NoTwoSecretsAreTheSame) {
  EXPECT_FALSE(issue(contents())->secret_access_key.equals(issue(contents())->secret_access_key));
}

TEST_F(SessionIssuerTest, PoliciesAndTagsShareALimitedRoom) {
  SessionContents one_tag = contents();
  one_tag.tags = {{"k", "v", false}};
  EXPECT_EQ(issue(std::move(one_tag))->packed_percent, 1);

  const auto with_tags = [this](int count) {
    SessionContents tagged = contents();
    for (int i = 0; i < count; ++i)
      tagged.tags.push_back({"key" + std::to_string(i), std::string(256, 'v'), false});
    return issue(std::move(tagged));
  };
  EXPECT_EQ(with_tags(15)->packed_percent, 99);
  EXPECT_EQ(outcome(with_tags(16)),
            "PackedPolicyTooLarge: Packed policy consumes 105% of allotted space, please use smaller policy.");
  EXPECT_EQ(with_tags(50).error().code, ErrorCode::kPackedPolicyTooLarge);
}

}  // namespace
}  // namespace coffer::sts::testing
