#include "sts/session_token.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/system_random.h"
#include "sts/testing/region.h"

namespace coffer::sts::testing {
namespace {

const AccessKeyId kKeyId = *AccessKeyId::parse("ASIAQBCD234567ABCDEF");
constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

SessionContents role_session() {
  return {.account = kAccount,
          .kind = auth::PrincipalKind::kRoleSession,
          .unique_id = "AROA234567ABCDEFGHIJK",
          .name = "deploy",
          .secret_access_key = SecretBytes::copy_of(kSecret),
          .issued = kNow,
          .expires = kNow + std::chrono::hours(1),
          .tags = {{"team", "payments", true}, {"empty", "", false}},
          .source_identity = "alice",
          .federated_provider = "arn:aws:iam::123456789012:oidc-provider/issuer.example",
          .policy = R"({"Version":"2012-10-17","Statement":[]})",
          .policy_arns = {"arn:aws:iam::aws:policy/ReadOnlyAccess"},
          .is_chained = true};
}

class SessionTokenTest : public ::testing::Test {
 protected:
  SessionTokenTest() {
    if (!region_.keys.step(kNow).ok()) std::abort();
  }
  const SessionKey& key() { return **region_.keys.sealing_key(kNow); }
  std::string seal(const SessionContents& contents) { return seal_token(contents, kKeyId, key(), random_); }
  Result<SessionContents> open(std::string_view token, std::string_view access_key_id = kKeyId.text()) {
    const auto sealed = SealedToken::parse(token);
    if (!sealed) return Error{ErrorCode::kNotFound, "no token"};
    return sealed->open(access_key_id, key());
  }

  crypto::SystemRandom random_;
  TestRegion region_{random_, "us-east-1"};
};

TEST_F(SessionTokenTest, SaysWhatWasSealed) {
  const SessionContents sealed = role_session();
  const auto opened = open(seal(sealed));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->account, sealed.account);
  EXPECT_EQ(opened->kind, sealed.kind);
  EXPECT_EQ(opened->unique_id, sealed.unique_id);
  EXPECT_EQ(opened->name, sealed.name);
  EXPECT_EQ(opened->secret_access_key.view(kTest), kSecret);
  EXPECT_EQ(opened->issued, sealed.issued);
  EXPECT_EQ(opened->expires, sealed.expires);
  EXPECT_EQ(opened->tags, sealed.tags);
  EXPECT_EQ(opened->source_identity, sealed.source_identity);
  EXPECT_EQ(opened->federated_provider, sealed.federated_provider);
  EXPECT_EQ(opened->policy, sealed.policy);
  EXPECT_EQ(opened->policy_arns, sealed.policy_arns);
  EXPECT_TRUE(opened->is_chained);
}

TEST_F(SessionTokenTest, EveryKindOfSessionComesBack) {
  using auth::PrincipalKind;
  for (const auto& [kind, id, name] :
       {std::tuple(PrincipalKind::kUser, "AIDA234567ABCDEFGHIJK", ""), std::tuple(PrincipalKind::kRoot, "", ""),
        std::tuple(PrincipalKind::kFederatedUser, "AIDA234567ABCDEFGHIJK", "bob"),
        std::tuple(PrincipalKind::kFederatedUser, "", "bob")}) {
    SessionContents contents = role_session();
    contents.kind = kind;
    contents.unique_id = id;
    contents.name = name;
    const auto opened = open(seal(contents));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->kind, kind);
    EXPECT_EQ(opened->unique_id, id);
    EXPECT_EQ(opened->name, name);
  }
}

TEST_F(SessionTokenTest, EveryFlippedBitIsRefused) {
  const std::string bytes(base64_decode(seal(role_session()))->view(kTest));
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    ASSERT_FALSE(open(base64_encode(std::as_bytes(std::span(changed)))).ok()) << bit;
  }
}

TEST_F(SessionTokenTest, EveryShorterOrLongerTokenIsRefused) {
  const std::string token = seal(role_session());
  for (size_t size = 0; size < token.size(); ++size)
    ASSERT_FALSE(open(token.substr(0, size)).ok()) << size;
  EXPECT_FALSE(open(token + "AAAA").ok());
  EXPECT_FALSE(SealedToken::parse(std::string(kMaxTokenSize + 4, 'A')));
  EXPECT_FALSE(SealedToken::parse(" " + token));
}

// Somebody who has two sessions must not sign with the key of one and show the token of the other.
TEST_F(SessionTokenTest, ATokenOpensWithItsOwnAccessKeyIdOnly) {
  const std::string token = seal(role_session());
  EXPECT_EQ(open(token, "ASIAQBCD234567ABCDEG").error().code, ErrorCode::kDecryptionFailure);
  EXPECT_EQ(open(token, "").error().code, ErrorCode::kDecryptionFailure);
  EXPECT_TRUE(open(token).ok());
}

TEST_F(SessionTokenTest, AnotherRegionWithTheSameKeyOpensIt) {
  TestRegion other(random_, "eu-west-1");
  const std::string token = seal(role_session());
  const auto sealed = SealedToken::parse(token);
  EXPECT_EQ(sealed->key_id(), key().id);
  ASSERT_TRUE(other.keys.step(kNow).ok());
  EXPECT_FALSE(sealed->open(kKeyId.text(), **other.keys.sealing_key(kNow)).ok());

  TestRegion peer(random_, "eu-west-1");
  peer.take_keys_of(region_);
  const auto found = peer.keys.find(sealed->key_id());
  ASSERT_NE(*found, nullptr);
  EXPECT_TRUE(sealed->open(kKeyId.text(), **found).ok());
}

// Two sessions of one role are two tokens, and nobody can tell what is in them.
TEST_F(SessionTokenTest, TokensDifferThoughTheySayTheSame) {
  EXPECT_NE(seal(role_session()), seal(role_session()));
}

TEST_F(SessionTokenTest, ATokenOfTheLargestContentsFitsIntoAHeader) {
  SessionContents largest = role_session();
  largest.unique_id.assign(128, 'A');
  largest.name.assign(64, 'n');
  largest.source_identity.assign(256, 's');
  largest.federated_provider = "arn:aws:iam::123456789012:oidc-provider/" + std::string(255, 'h');
  largest.policy.assign(kMaxPackedSize, 'p');
  while (packed_size(largest) > kMaxPackedSize)
    largest.policy.pop_back();
  EXPECT_EQ(packed_size(largest), kMaxPackedSize);
  const std::string token = seal(largest);
  EXPECT_LE(token.size(), kMaxTokenSize);
  EXPECT_TRUE(open(token).ok());
}

// Tokens that open came from us; what they say must still not be believed blindly, because another version made them.
TEST_F(SessionTokenTest, ATokenThatOpensAndMakesNoSenseIsDamage) {
  const auto refused = [this](auto change) {
    SessionContents contents = role_session();
    change(contents);
    return open(seal(contents)).error().code == ErrorCode::kCorrupt;
  };
  EXPECT_TRUE(refused([](SessionContents& contents) { contents.account = {}; }));
  EXPECT_TRUE(refused([](SessionContents& contents) { contents.unique_id.clear(); }));
  EXPECT_TRUE(refused([](SessionContents& contents) { contents.name.clear(); }));
  EXPECT_TRUE(refused([](SessionContents& contents) { contents.expires = contents.issued; }));
  EXPECT_TRUE(refused([](SessionContents& contents) { contents.kind = auth::PrincipalKind::kRoot; }));
  EXPECT_TRUE(refused([](SessionContents& contents) { contents.kind = auth::PrincipalKind::kUser; }));
}

}  // namespace
}  // namespace coffer::sts::testing
