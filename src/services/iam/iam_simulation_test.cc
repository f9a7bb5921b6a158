#include <gtest/gtest.h>

#include "services/iam/testing/world.h"

namespace coffer::iam_service::testing {
namespace {

constexpr const char* kKey = "arn:aws:kms:us-east-1:123456789012:key/1";

std::string decide(World& world, Form form) {
  form.insert(form.end(), {{"ActionNames.member.1", "kms:Decrypt"}, {"ResourceArns.member.1", kKey}});
  const Answer answer = world.root("SimulateCustomPolicy", form);
  return answer.error.empty() ? answer["EvalDecision"] : answer.outcome();
}

TEST(Simulation, CustomPoliciesDecideAsRequestsAreDecided) {
  World world;
  const std::string deny = policy_of(R"("Effect":"Deny","Action":"kms:*","Resource":"*")");
  EXPECT_EQ(decide(world, {{"PolicyInputList.member.1", allowing("kms:Decrypt")}}), "allowed");
  EXPECT_EQ(decide(world, {{"PolicyInputList.member.1", allowing("kms:Encrypt")}}), "implicitDeny");
  EXPECT_EQ(decide(world, {{"PolicyInputList.member.1", allowing("kms:*")}, {"PolicyInputList.member.2", deny}}),
            "explicitDeny");
  EXPECT_EQ(decide(world, {{"PolicyInputList.member.1", "{"}}),
            "InvalidInput: Invalid policy PolicyInputList.1: Syntax errors in policy.");
}

TEST(Simulation, TheStatementsThatMatchedAreNamed) {
  World world;
  const Answer answer = world.root("SimulateCustomPolicy", {{"PolicyInputList.member.1", allowing("kms:Encrypt")},
                                                            {"PolicyInputList.member.2", allowing("kms:Decrypt")},
                                                            {"ActionNames.member.1", "kms:Decrypt"},
                                                            {"ResourceArns.member.1", kKey}});
  EXPECT_EQ(answer["SourcePolicyId"], "PolicyInputList.2");
  EXPECT_EQ(answer["EvalResourceName"], kKey);
}

TEST(Simulation, TheContextIsWhatTheRequestMakesUp) {
  World world;
  const std::string text = policy_of(
      R"("Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"red"}})");
  const Answer missing =
      world.root("SimulateCustomPolicy", {{"PolicyInputList.member.1", text}, {"ActionNames.member.1", "kms:Decrypt"}});
  EXPECT_EQ(missing["EvalDecision"], "implicitDeny");
  EXPECT_EQ(missing["MissingContextValues"], "<member>aws:PrincipalTag/team</member>");
  const Answer given =
      world.root("SimulateCustomPolicy", {{"PolicyInputList.member.1", text},
                                          {"ActionNames.member.1", "kms:Decrypt"},
                                          {"ContextEntries.member.1.ContextKeyName", "aws:PrincipalTag/team"},
                                          {"ContextEntries.member.1.ContextKeyType", "string"},
                                          {"ContextEntries.member.1.ContextKeyValues.member.1", "red"}});
  EXPECT_EQ(given["EvalDecision"], "allowed");
  EXPECT_TRUE(given.all("MissingContextValues").empty() || given["MissingContextValues"].empty());
}

TEST(Simulation, ABoundaryLimitsAndIsTold) {
  World world;
  const Answer answer =
      world.root("SimulateCustomPolicy", {{"PolicyInputList.member.1", allowing("kms:*")},
                                          {"PermissionsBoundaryPolicyInputList.member.1", allowing("kms:Encrypt")},
                                          {"ActionNames.member.1", "kms:Decrypt"},
                                          {"ResourceArns.member.1", kKey}});
  EXPECT_EQ(answer["EvalDecision"], "implicitDeny");
  EXPECT_EQ(answer["AllowedByPermissionsBoundary"], "false");
}

TEST(Simulation, AResourcePolicyNeedsACaller) {
  World world;
  const std::string resource = policy_of(
      R"("Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/alice"},"Action":"secretsmanager:*","Resource":"*")");
  Form form = {{"PolicyInputList.member.1", allowing("kms:Encrypt")},
               {"ResourcePolicy", resource},
               {"ActionNames.member.1", "secretsmanager:GetSecretValue"},
               {"ResourceArns.member.1", "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf"}};
  EXPECT_EQ(world.root("SimulateCustomPolicy", form).error, "InvalidInput");
  form.emplace_back("CallerArn", "arn:aws:iam::123456789012:user/alice");
  EXPECT_EQ(world.root("SimulateCustomPolicy", form)["EvalDecision"], "allowed");
}

TEST(Simulation, WhatIsNoResourceIsRefused) {
  World world;
  const auto simulate = [&](const char* action, const char* resource) {
    return world
        .root("SimulateCustomPolicy", {{"PolicyInputList.member.1", allowing("kms:Decrypt")},
                                       {"ActionNames.member.1", action},
                                       {"ResourceArns.member.1", "*"},
                                       {"ResourceArns.member.2", resource}})
        .outcome();
  };
  EXPECT_EQ(simulate("kms:Decrypt", kKey), "ok");
  EXPECT_EQ(simulate("kms:Decrypt", "key/1"), "InvalidInput: ResourceNames are not in a valid ARN format: key/1.");
  EXPECT_EQ(simulate("decrypt", kKey), "InvalidInput: Invalid Entity Action: decrypt");
}

TEST(Simulation, PoliciesOfUsersGroupsAndRolesAreThoseTheyHave) {
  World world;
  ASSERT_EQ(world.root("CreateUser", {{"UserName", "u"}}).outcome(), "ok");
  ASSERT_EQ(world.root("CreateGroup", {{"GroupName", "g"}}).outcome(), "ok");
  ASSERT_EQ(world.root("AddUserToGroup", {{"GroupName", "g"}, {"UserName", "u"}}).outcome(), "ok");
  ASSERT_EQ(world
                .root("PutGroupPolicy",
                      {{"GroupName", "g"}, {"PolicyName", "p"}, {"PolicyDocument", allowing("kms:Decrypt")}})
                .outcome(),
            "ok");
  ASSERT_EQ(
      world.root("CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", trusting("123456789012")}}).outcome(),
      "ok");
  const auto decision = [&](const std::string& source) {
    const Answer answer = world.root(
        "SimulatePrincipalPolicy",
        {{"PolicySourceArn", source}, {"ActionNames.member.1", "kms:Decrypt"}, {"ResourceArns.member.1", kKey}});
    return answer.error.empty() ? answer["EvalDecision"] : answer.outcome();
  };
  EXPECT_EQ(decision("arn:aws:iam::123456789012:user/u"), "allowed") << "by its group";
  EXPECT_EQ(decision("arn:aws:iam::123456789012:group/g"), "allowed");
  EXPECT_EQ(decision("arn:aws:iam::123456789012:role/r"), "implicitDeny");
  EXPECT_EQ(decision("arn:aws:iam::123456789012:user/nobody"),
            "NoSuchEntity: The user with name nobody cannot be found.");
  EXPECT_EQ(decision("arn:aws:iam::123456789012:policy/p").substr(0, 13), "InvalidInput:");
}

TEST(Simulation, PagesGoThroughAllPairsOfActionsAndResources) {
  World world;
  Form form = {{"PolicyInputList.member.1", allowing("kms:Decrypt")}, {"MaxItems", "2"}};
  for (int i = 1; i <= 3; ++i) {
    form.emplace_back("ActionNames.member." + std::to_string(i), "kms:Action" + std::to_string(i));
    form.emplace_back("ResourceArns.member." + std::to_string(i), kKey + std::to_string(i));
  }
  size_t results = 0;
  std::string marker;
  do {
    Form page = form;
    if (!marker.empty()) page.emplace_back("Marker", marker);
    const Answer answer = world.root("SimulateCustomPolicy", page);
    results += answer.all("EvalDecision").size();
    marker = answer["IsTruncated"] == "true" ? answer["Marker"] : "";
  } while (!marker.empty() && results < 20);
  EXPECT_EQ(results, 9u);
}

TEST(Simulation, KeysAndVariablesOfPoliciesAreListed) {
  World world;
  const std::string text =
      policy_of(R"("Effect":"Allow","Action":"kms:*","Resource":"arn:aws:kms:*:*:key/${aws:username}${*}",)"
                R"("Condition":{"StringLike":{"aws:PrincipalTag/a":"${ aws:PrincipalTag/b, 'x' }"}})");
  EXPECT_EQ(world.root("GetContextKeysForCustomPolicy", {{"PolicyInputList.member.1", text}}).all("member"),
            (std::vector<std::string>{"aws:PrincipalTag/a", "aws:PrincipalTag/b", "aws:username"}));
}

}  // namespace
}  // namespace coffer::iam_service::testing
