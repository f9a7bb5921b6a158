// Roles, policies, providers and the account as clients see them: what Terraform does to each, and what only the cards
// do.
#include <gtest/gtest.h>

#include <algorithm>

#include "services/iam/testing/world.h"

namespace coffer::iam_service::testing {
namespace {

constexpr const char* kReadOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";

TEST(Roles, ARoleIsMadeShownChangedAndDeleted) {
  World world;
  const std::string trust = trusting("arn:aws:iam::123456789012:root");
  const Answer made = world.root("CreateRole", {{"RoleName", "reader"},
                                                {"Path", "/apps/"},
                                                {"AssumeRolePolicyDocument", trust},
                                                {"Description", "reads <all>"},
                                                {"MaxSessionDuration", "7200"}});
  ASSERT_EQ(made.outcome(), "ok");
  EXPECT_EQ(made["Arn"], "arn:aws:iam::123456789012:role/apps/reader");
  EXPECT_EQ(made["AssumeRolePolicyDocument"], trust);
  EXPECT_NE(made.text.find("%22Version%22%3A%222012-10-17%22"), std::string::npos) << "encoded as RFC 3986 says";
  const Answer shown = world.root("GetRole", {{"RoleName", "reader"}});
  EXPECT_EQ(shown["Description"], "reads <all>");
  EXPECT_EQ(shown["MaxSessionDuration"], "7200");
  EXPECT_EQ(world.root("ListRoles", {{"PathPrefix", "/apps/"}})["RoleName"], "reader");
  EXPECT_EQ(world.root("ListInstanceProfilesForRole", {{"RoleName", "reader"}})["IsTruncated"], "false");
  EXPECT_EQ(world.root("UpdateRoleDescription", {{"RoleName", "reader"}, {"Description", "x"}})["Description"], "x");
  EXPECT_EQ(world.root("UpdateRole", {{"RoleName", "reader"}, {"MaxSessionDuration", "3600"}}).outcome(), "ok");
  EXPECT_EQ(
      world
          .root("UpdateAssumeRolePolicy",
                {{"RoleName", "reader"}, {"PolicyDocument", trusting("arn:aws:iam::123456789012:role/apps/reader")}})
          .outcome(),
      "ok");
  EXPECT_EQ(world.root("UpdateAssumeRolePolicy", {{"RoleName", "reader"}, {"PolicyDocument", "{"}}).outcome(),
            "MalformedPolicyDocument: This policy contains invalid Json");
  EXPECT_EQ(
      world.root("PutRolePermissionsBoundary", {{"RoleName", "reader"}, {"PermissionsBoundary", kReadOnly}}).outcome(),
      "ok");
  EXPECT_EQ(world.root("DeleteRolePermissionsBoundary", {{"RoleName", "reader"}}).outcome(), "ok");
  EXPECT_EQ(world.root("DeleteRole", {{"RoleName", "reader"}}).outcome(), "ok");
}

TEST(Policies, InlineAndAttachedOnesAreShownOfEachKind) {
  World world;
  ASSERT_EQ(world.root("CreateUser", {{"UserName", "x"}}).outcome(), "ok");
  ASSERT_EQ(world.root("CreateGroup", {{"GroupName", "x"}}).outcome(), "ok");
  ASSERT_EQ(
      world.root("CreateRole", {{"RoleName", "x"}, {"AssumeRolePolicyDocument", trusting("123456789012")}}).outcome(),
      "ok");
  const std::string text = allowing("kms:Decrypt");
  for (const std::string kind : {"User", "Group", "Role"}) {
    const Form named = {{kind + "Name", "x"}};
    const Form inline_named = {{kind + "Name", "x"}, {"PolicyName", "p"}};
    Form put = inline_named;
    put.emplace_back("PolicyDocument", text);
    EXPECT_EQ(world.root("Put" + kind + "Policy", put).outcome(), "ok");
    const Answer got = world.root("Get" + kind + "Policy", inline_named);
    EXPECT_EQ(got["PolicyDocument"], text);
    EXPECT_EQ(got[kind + "Name"], "x");
    EXPECT_EQ(world.root("List" + kind + "Policies", named)["member"], "p");
    EXPECT_EQ(world.root("Delete" + kind + "Policy", inline_named).outcome(), "ok");
    EXPECT_EQ(world.root("Get" + kind + "Policy", inline_named).error, "NoSuchEntity");

    const Form attached = {{kind + "Name", "x"}, {"PolicyArn", kReadOnly}};
    EXPECT_EQ(world.root("Attach" + kind + "Policy", attached).outcome(), "ok");
    const std::string list = "ListAttached" + kind + "Policies";
    EXPECT_EQ(world.root(list, named)["PolicyArn"], kReadOnly);
    EXPECT_TRUE(world.root(list, {{kind + "Name", "x"}, {"PathPrefix", "/a/"}}).all("PolicyArn").empty());
    EXPECT_EQ(world.root("Detach" + kind + "Policy", attached).outcome(), "ok");
    EXPECT_EQ(world.root("Detach" + kind + "Policy", attached).outcome(),
              std::string("NoSuchEntity: Policy ") + kReadOnly + " was not found.");
    EXPECT_EQ(
        world.root("Attach" + kind + "Policy", {{kind + "Name", "x"}, {"PolicyArn", "arn:aws:s3:::a-bucket"}}).error,
        "InvalidInput");
  }
}

TEST(Policies, AManagedPolicyHasVersions) {
  World world;
  const std::string arn = "arn:aws:iam::123456789012:policy/apps/read";
  const Answer made = world.root(
      "CreatePolicy", {{"PolicyName", "read"}, {"Path", "/apps/"}, {"PolicyDocument", allowing("kms:Decrypt")}});
  ASSERT_EQ(made.outcome(), "ok");
  EXPECT_EQ(made["Arn"], arn);
  EXPECT_EQ(made["DefaultVersionId"], "v1");
  const Answer second = world.root(
      "CreatePolicyVersion", {{"PolicyArn", arn}, {"PolicyDocument", allowing("kms:Sign")}, {"SetAsDefault", "true"}});
  EXPECT_EQ(second["VersionId"], "v2");
  EXPECT_EQ(second["IsDefaultVersion"], "true");
  EXPECT_EQ(world.root("GetPolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v1"}})["Document"],
            allowing("kms:Decrypt"));
  EXPECT_EQ(world.root("ListPolicyVersions", {{"PolicyArn", arn}}).all("VersionId"),
            (std::vector<std::string>{"v2", "v1"}));
  EXPECT_EQ(world.root("SetDefaultPolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v1"}}).outcome(), "ok");
  EXPECT_EQ(world.root("DeletePolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v1"}}).error, "DeleteConflict");
  EXPECT_EQ(world.root("DeletePolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v2"}}).outcome(), "ok");
  const Form tag = {{"PolicyArn", arn}, {"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "b"}};
  EXPECT_EQ(world.root("TagPolicy", tag).outcome(), "ok");
  EXPECT_EQ(world.root("ListPolicyTags", {{"PolicyArn", arn}})["Value"], "b");
  EXPECT_EQ(world.root("GetPolicy", {{"PolicyArn", arn}})["AttachmentCount"], "0");
  EXPECT_EQ(world.root("DeletePolicy", {{"PolicyArn", arn}}).outcome(), "ok");
  EXPECT_EQ(world.root("GetPolicy", {{"PolicyArn", arn}}).outcome(), "NoSuchEntity: Policy " + arn + " was not found.");
}

TEST(Policies, ListsOfThemChooseByScopeAndUse) {
  World world;
  ASSERT_EQ(world.root("CreatePolicy", {{"PolicyName", "own"}, {"PolicyDocument", allowing("kms:*")}}).outcome(), "ok");
  ASSERT_EQ(world.root("CreateUser", {{"UserName", "x"}, {"PermissionsBoundary", kReadOnly}}).outcome(), "ok");
  EXPECT_EQ(world.root("ListPolicies", {{"Scope", "Local"}})["PolicyName"], "own");
  EXPECT_GT(world.root("ListPolicies", {{"Scope", "AWS"}}).all("PolicyName").size(), 5u);
  EXPECT_EQ(world.root("ListPolicies", {{"PolicyUsageFilter", "PermissionsBoundary"}})["PolicyName"], "ReadOnlyAccess");
  EXPECT_TRUE(world.root("ListPolicies", {{"PolicyUsageFilter", "PermissionsPolicy"}}).all("PolicyName").empty());
  EXPECT_EQ(world.root("ListPolicies", {{"OnlyAttached", "true"}})["PolicyName"], "ReadOnlyAccess");
  std::vector<std::string> names;
  Form form = {{"MaxItems", "3"}};
  for (bool is_truncated = true; is_truncated;) {
    const Answer page = world.root("ListPolicies", form);
    for (const std::string& name : page.all("PolicyName"))
      names.push_back(name);
    is_truncated = page["IsTruncated"] == "true";
    if (is_truncated) form = {{"MaxItems", "3"}, {"Marker", page["Marker"]}};
  }
  EXPECT_EQ(names.size(), world.root("ListPolicies").all("PolicyName").size());
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST(Policies, WhoHasOneIsListedOnce) {
  World world;
  ASSERT_EQ(world.root("CreateUser", {{"UserName", "x"}, {"PermissionsBoundary", kReadOnly}}).outcome(), "ok");
  ASSERT_EQ(world.root("CreateGroup", {{"GroupName", "g"}}).outcome(), "ok");
  ASSERT_EQ(world.root("AttachUserPolicy", {{"UserName", "x"}, {"PolicyArn", kReadOnly}}).outcome(), "ok");
  ASSERT_EQ(world.root("AttachGroupPolicy", {{"GroupName", "g"}, {"PolicyArn", kReadOnly}}).outcome(), "ok");
  const Answer all = world.root("ListEntitiesForPolicy", {{"PolicyArn", kReadOnly}});
  EXPECT_EQ(all["UserName"], "x");
  EXPECT_EQ(all["GroupName"], "g");
  const Answer bounded =
      world.root("ListEntitiesForPolicy", {{"PolicyArn", kReadOnly}, {"PolicyUsageFilter", "PermissionsBoundary"}});
  EXPECT_EQ(bounded["UserName"], "x");
  EXPECT_TRUE(bounded.all("GroupName").empty());
  EXPECT_TRUE(world.root("ListEntitiesForPolicy", {{"PolicyArn", kReadOnly}, {"EntityFilter", "Role"}})
                  .all("UserName")
                  .empty());
  const Answer page = world.root("ListEntitiesForPolicy", {{"PolicyArn", kReadOnly}, {"MaxItems", "1"}});
  EXPECT_EQ(page["GroupName"], "g");
  const Answer next = world.root("ListEntitiesForPolicy", {{"PolicyArn", kReadOnly}, {"Marker", page["Marker"]}});
  EXPECT_EQ(next["UserName"], "x");
}

TEST(Providers, AProviderIsMadeShownAndDeleted) {
  World world;
  const Answer made = world.root("CreateOpenIDConnectProvider", {{"Url", "https://oidc.example.com/id/A1"},
                                                                 {"ClientIDList.member.1", "sts.amazonaws.com"},
                                                                 {"ThumbprintList.member.1", std::string(40, 'a')}});
  ASSERT_EQ(made.outcome(), "ok");
  const std::string arn = made["OpenIDConnectProviderArn"];
  EXPECT_EQ(arn, "arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/A1");
  const Form named = {{"OpenIDConnectProviderArn", arn}};
  EXPECT_EQ(world.root("GetOpenIDConnectProvider", named)["Url"], "oidc.example.com/id/A1");
  EXPECT_EQ(world.root("ListOpenIDConnectProviders")["Arn"], arn);
  const Form other = {{"OpenIDConnectProviderArn", arn}, {"ClientID", "other"}};
  EXPECT_EQ(world.root("AddClientIDToOpenIDConnectProvider", other).outcome(), "ok");
  EXPECT_EQ(world.root("RemoveClientIDFromOpenIDConnectProvider", other).outcome(), "ok");
  const Form thumbprint = {{"OpenIDConnectProviderArn", arn}, {"ThumbprintList.member.1", std::string(40, 'b')}};
  EXPECT_EQ(world.root("UpdateOpenIDConnectProviderThumbprint", thumbprint).outcome(), "ok");
  EXPECT_NE(world.root("GetOpenIDConnectProvider", named).text.find(std::string(40, 'b')), std::string::npos);
  const Form tag = {{"OpenIDConnectProviderArn", arn}, {"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "b"}};
  EXPECT_EQ(world.root("TagOpenIDConnectProvider", tag).outcome(), "ok");
  EXPECT_EQ(world.root("ListOpenIDConnectProviderTags", named)["Key"], "a");
  const Form untag = {{"OpenIDConnectProviderArn", arn}, {"TagKeys.member.1", "a"}};
  EXPECT_EQ(world.root("UntagOpenIDConnectProvider", untag).outcome(), "ok");
  EXPECT_EQ(world.root("DeleteOpenIDConnectProvider", named).outcome(), "ok");
  EXPECT_EQ(world.root("GetOpenIDConnectProvider", named).error, "NoSuchEntity");
}

TEST(Account, AliasSummaryAndDetails) {
  World world;
  EXPECT_EQ(world.root("CreateAccountAlias", {{"AccountAlias", "security"}}).outcome(), "ok");
  EXPECT_EQ(world.root("ListAccountAliases")["member"], "security");
  EXPECT_EQ(world.root("DeleteAccountAlias", {{"AccountAlias", "security"}}).outcome(), "ok");
  EXPECT_TRUE(world.root("ListAccountAliases").all("member").empty());
  EXPECT_EQ(world.root("GetAccountPasswordPolicy").error, "NoSuchEntity");

  ASSERT_EQ(world.root("CreateUser", {{"UserName", "u"}}).outcome(), "ok");
  ASSERT_EQ(world.root("CreateGroup", {{"GroupName", "g"}}).outcome(), "ok");
  ASSERT_EQ(world.root("AddUserToGroup", {{"GroupName", "g"}, {"UserName", "u"}}).outcome(), "ok");
  ASSERT_EQ(
      world.root("CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", trusting("123456789012")}}).outcome(),
      "ok");
  ASSERT_EQ(world.root("CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", allowing("kms:*")}}).outcome(), "ok");
  ASSERT_EQ(world.root("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", kReadOnly}}).outcome(), "ok");
  const std::string summary = world.root("GetAccountSummary").text;
  EXPECT_NE(summary.find("<key>Users</key><value>1</value>"), std::string::npos) << summary;

  const Answer details = world.root("GetAccountAuthorizationDetails");
  EXPECT_EQ(details["UserName"], "u");
  EXPECT_EQ(details["GroupName"], "g");
  EXPECT_EQ(details["RoleName"], "r");
  EXPECT_EQ(details["GroupList"], "<member>g</member>");
  EXPECT_EQ(details.all("Document").size(), 2u) << "of the own policy, and of AWS's that somebody has";
  EXPECT_TRUE(world.root("GetAccountAuthorizationDetails", {{"Filter.member.1", "Role"}}).all("UserName").empty());
  size_t items = 0;
  Form form = {{"MaxItems", "1"}};
  for (bool is_truncated = true; is_truncated && items < 10; ++items) {
    const Answer page = world.root("GetAccountAuthorizationDetails", form);
    is_truncated = page["IsTruncated"] == "true";
    if (is_truncated) form = {{"MaxItems", "1"}, {"Marker", page["Marker"]}};
  }
  EXPECT_EQ(items, 5u);
}

}  // namespace
}  // namespace coffer::iam_service::testing
