// The lengths of names; their forms are in tests/policies/principals.json.
#include "policy/principal_name.h"

#include <gtest/gtest.h>

namespace coffer::policy {
namespace {

bool is_principal(std::string_view text) {
  return parse_principal_name(PrincipalMember::kAws, text).has_value();
}

std::string many(size_t count) {
  return std::string(count, 'a');
}

TEST(PrincipalName, UsersRolesAndSessionsHaveTheLengthsOfIam) {
  const std::string iam = "arn:aws:iam::123456789012:";
  const std::string sts = "arn:aws:sts::123456789012:";
  EXPECT_TRUE(is_principal(iam + "user/" + many(64)));
  EXPECT_FALSE(is_principal(iam + "user/" + many(65)));
  EXPECT_TRUE(is_principal(iam + "role/" + many(510) + "/" + many(64)));
  EXPECT_FALSE(is_principal(iam + "role/" + many(511) + "/" + many(64)));
  EXPECT_TRUE(is_principal(sts + "assumed-role/" + many(64) + "/" + many(64)));
  EXPECT_FALSE(is_principal(sts + "assumed-role/" + many(65) + "/" + many(64)));
  EXPECT_FALSE(is_principal(sts + "assumed-role/" + many(64) + "/" + many(65)));
  EXPECT_FALSE(is_principal(sts + "assumed-role/r/s"));
  EXPECT_TRUE(is_principal(sts + "federated-user/" + many(32)));
  EXPECT_FALSE(is_principal(sts + "federated-user/" + many(33)));
  EXPECT_FALSE(is_principal(sts + "federated-user/a"));
}

TEST(PrincipalName, UniqueIdsAreOf16To128Characters) {
  EXPECT_TRUE(is_principal("AIDA" + std::string(12, 'X')));
  EXPECT_FALSE(is_principal("AIDA" + std::string(11, 'X')));
  EXPECT_TRUE(is_principal("AROA" + std::string(124, '7')));
  EXPECT_FALSE(is_principal("AROA" + std::string(125, '7')));
  EXPECT_FALSE(is_principal("AROA" + std::string(12, 'x')));
}

TEST(PrincipalName, HostsOfServicesAndProvidersHaveNoEmptyLabels) {
  for (const std::string_view text :
       {"a..amazonaws.com", ".a.amazonaws.com", "a.amazonaws.com.", "a_b.amazonaws.com"}) {
    EXPECT_FALSE(parse_principal_name(PrincipalMember::kService, text)) << text;
    EXPECT_FALSE(parse_principal_name(PrincipalMember::kFederated, text)) << text;
  }
  EXPECT_FALSE(parse_principal_name(PrincipalMember::kService, many(253) + ".amazonaws.com"));
}

TEST(PrincipalName, ArnsOfProvidersAreLimited) {
  const std::string provider = "arn:aws:iam::123456789012:oidc-provider/";
  EXPECT_TRUE(parse_principal_name(PrincipalMember::kFederated, provider + many(2048 - provider.size())));
  EXPECT_FALSE(parse_principal_name(PrincipalMember::kFederated, provider + many(2049 - provider.size())));
  EXPECT_FALSE(parse_principal_name(PrincipalMember::kFederated, provider));
  EXPECT_FALSE(parse_principal_name(PrincipalMember::kFederated, provider + "a*"));
}

}  // namespace
}  // namespace coffer::policy
