#include "iam/providers.h"

#include <gtest/gtest.h>

#include "iam/tags.h"
#include "iam/testing/identity_site.h"

namespace coffer::iam {
namespace {

using testing::IdentitySite;
using testing::kAccount;
using testing::kOther;

constexpr std::string_view kArn = "arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/A1";
const EntityRef kProvider{kAccount, EntityKind::kProvider, kArn};

class ProvidersTest : public ::testing::Test {
 protected:
  Result<OidcProvider> make(std::string url) {
    return create_provider(store_, kAccount,
                           {.url = std::move(url), .client_ids = {"sts.amazonaws.com"}, .thumbprints = {}, .tags = {}});
  }
  const OidcProvider& provider() { return *site_.entities().provider_by_arn(kArn); }

  IdentitySite site_;
  IdentityStore& store_ = site_.identity_store;
};

TEST_F(ProvidersTest, AProviderIsNamedByItsUrl) {
  ASSERT_TRUE(make("https://oidc.example.com/id/A1").ok());
  EXPECT_EQ(arn_of(kAccount, provider()), kArn);
  EXPECT_EQ(provider().client_ids, std::vector<std::string>{"sts.amazonaws.com"});
  EXPECT_EQ(make("https://oidc.example.com/id/A1").error().message,
            "Provider with url https://oidc.example.com/id/A1 already exists.");
  EXPECT_TRUE(create_provider(store_, kOther, {.url = "https://oidc.example.com/id/A1"}).ok());
}

TEST_F(ProvidersTest, OnlyUrlsOfHttpsWithoutQueryAreTaken) {
  for (const std::string& bad : {std::string("http://a.example"), std::string("https://"), std::string("a.example"),
                                 std::string("https://a.example?x=1"), std::string("https://a\0b", 11),
                                 std::string("https:///path"), std::string("https://a b")}) {
    EXPECT_EQ(make(bad).error().message, "Invalid Open ID Connect Provider URL") << bad;
  }
}

TEST_F(ProvidersTest, ClientIdsAndThumbprintsChange) {
  ASSERT_TRUE(make("https://oidc.example.com/id/A1").ok());
  ASSERT_TRUE(add_client_id(store_, kProvider, "other").ok());
  ASSERT_TRUE(add_client_id(store_, kProvider, "other").ok()) << "twice does no harm";
  EXPECT_EQ(provider().client_ids, (std::vector<std::string>{"sts.amazonaws.com", "other"}));
  ASSERT_TRUE(remove_client_id(store_, kProvider, "sts.amazonaws.com").ok());
  ASSERT_TRUE(remove_client_id(store_, kProvider, "sts.amazonaws.com").ok()) << "twice does no harm";
  EXPECT_EQ(provider().client_ids, (std::vector<std::string>{"other"}));
  const std::string thumbprint(40, 'a');
  ASSERT_TRUE(update_thumbprints(store_, kProvider, {thumbprint}).ok());
  EXPECT_EQ(provider().thumbprints, std::vector{thumbprint});
  EXPECT_EQ(update_thumbprints(store_, kProvider, std::vector(6, thumbprint)).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(update_thumbprints(store_, kProvider, {"xyz"}).error().code, ErrorCode::kInvalidInput);
}

// Unlike those of users and roles, keys of other entities may differ in their case only.
TEST_F(ProvidersTest, TagKeysOfProvidersHaveACase) {
  ASSERT_TRUE(make("https://oidc.example.com/id/A1").ok());
  ASSERT_TRUE(tag_entity(store_, kProvider, {{"team", "a"}}).ok());
  ASSERT_TRUE(tag_entity(store_, kProvider, {{"Team", "b"}}).ok());
  EXPECT_EQ(provider().tags.size(), 2u);
}

TEST_F(ProvidersTest, ADeletedProviderIsGone) {
  ASSERT_TRUE(make("https://oidc.example.com/id/A1").ok());
  ASSERT_TRUE(delete_provider(store_, kProvider).ok());
  EXPECT_EQ(delete_provider(store_, kProvider).error().message,
            "OpenIDConnect Provider not found for arn " + std::string(kArn));
  EXPECT_EQ(add_client_id(store_, kProvider, "x").error().code, ErrorCode::kNoSuchEntity);
}

}  // namespace
}  // namespace coffer::iam
