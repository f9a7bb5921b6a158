#include "organizations/policies.h"

#include "organizations/aws_policies.h"
#include "organizations/quotas.h"
#include "organizations/tags.h"
#include "organizations/testing/organization_fixture.h"

namespace coffer::organizations {
namespace {

using testing::kDenyEverything;
using testing::kDenyToEverybody;
using testing::OrganizationTest;

constexpr PolicyType kScp = PolicyType::kServiceControl;
constexpr PolicyType kRcp = PolicyType::kResourceControl;

class OrganizationPoliciesTest : public OrganizationTest {
 protected:
  std::string made(PolicyType type, std::string_view content) {
    return outcome(create_policy(changes_, id(), {type, "p" + std::to_string(++made_), "", std::string(content), {}}));
  }
  int made_ = 0;
};

TEST_F(OrganizationPoliciesTest, AreStoredAsTheyWereGiven) {
  const Policy made =
      must(create_policy(changes_, id(), {kScp, "deny", "everything", std::string(kDenyEverything), {{"k", "v"}}}));
  EXPECT_EQ(*snapshot()->policy(made.id), made);
  EXPECT_EQ(made.content, kDenyEverything);
  EXPECT_EQ(made.description, "everything");
  EXPECT_EQ(arn_of(organization_, made),
            "arn:aws:organizations::111111111111:policy/" + id().text() + "/service_control_policy/" + made.id.text());
  EXPECT_EQ(arn_of(organization_, full_access(kRcp)),
            "arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess");
  const auto all = snapshot()->policies(kScp);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(snapshot()->policies(kRcp).size(), 1u) << "AWS's own";
}

TEST_F(OrganizationPoliciesTest, ThoseOfOneTypeDifferInTheirNames) {
  policy(kScp, "deny");
  policy(kRcp, "deny");
  const std::string refused = "DuplicatePolicyException: A policy with the specified name and type already exists.";
  EXPECT_EQ(outcome(create_policy(changes_, id(), {kScp, "deny", "", std::string(kDenyEverything), {}})), refused);
  EXPECT_EQ(outcome(create_policy(changes_, id(), {kScp, "FullAWSAccess", "", std::string(kDenyEverything), {}})),
            refused);
  const PolicyId other = policy(kScp, "other");
  EXPECT_EQ(outcome(update_policy(changes_, id(), {.policy = other, .name = "deny"})), refused);
  EXPECT_EQ(must(update_policy(changes_, id(), {.policy = other, .name = "others"})).name, "others");
}

// A control policy that is misread opens what it should close.
TEST_F(OrganizationPoliciesTest, WhatIsNoPolicyOfTheTypeIsRefused) {
  const std::string refused =
      "MalformedPolicyDocumentException: The provided policy document does not meet the requirements of the specified "
      "policy type.";
  for (const std::string_view bad : {
           std::string_view("{"),
           std::string_view("{}"),
           std::string_view(R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})"),
           std::string_view(R"({"Version":"2008-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})"),
           std::string_view(R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*"}})"),
           kDenyToEverybody,
       }) {
    EXPECT_EQ(made(kScp, bad), refused) << bad;
  }
  const auto resource_control = [](std::string_view statement) {
    return R"({"Version":"2012-10-17","Statement":{)" + std::string(statement) + "}}";
  };
  for (const char* bad : {
           R"("Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*")",
           R"("Effect":"Deny","Principal":"*","Action":"*","Resource":"*")",
           R"("Effect":"Deny","Principal":"*","NotAction":"kms:*","Resource":"*")",
           R"("Effect":"Deny","Principal":{"AWS":"111111111111"},"Action":"kms:*","Resource":"*")",
           R"("Effect":"Deny","NotPrincipal":"*","Action":"kms:*","Resource":"*")",
           R"("Effect":"Deny","Action":"kms:*","Resource":"*")",
       }) {
    EXPECT_EQ(made(kRcp, resource_control(bad)), refused) << bad;
  }
  EXPECT_EQ(
      made(kRcp, resource_control(R"("Effect":"Deny","Principal":"*","Action":["kms:*","sts:*"],"Resource":"*")")),
      "ok");
  EXPECT_EQ(made(kScp, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}})"),
            "ok");
}

TEST_F(OrganizationPoliciesTest, FiveThousandOneHundredAndTwentyCharactersAreTheMost) {
  std::string content(kDenyEverything);
  content.append(kPolicySize - content.size(), ' ');
  EXPECT_EQ(made(kScp, content), "ok");
  EXPECT_EQ(made(kScp, content + " "), "ConstraintViolationException: You have exceeded the maximum policy size.");
}

TEST_F(OrganizationPoliciesTest, AnUpdateChangesWhatItNames) {
  const PolicyId changed = policy(kScp, "deny");
  const std::string content =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"kms:*","Resource":"*"}})";
  const Policy updated = must(update_policy(changes_, id(), {.policy = changed, .content = content}));
  EXPECT_EQ(updated.name, "deny");
  EXPECT_EQ(updated.content, content);
  EXPECT_EQ(code(update_policy(changes_, id(), {.policy = changed, .content = "{"})),
            "MalformedPolicyDocumentException");
  EXPECT_EQ(must(update_policy(changes_, id(), {.policy = changed, .description = "d"})).description, "d");
  EXPECT_EQ(snapshot()->policy(changed)->content, content);
  EXPECT_EQ(outcome(update_policy(changes_, id(), {.policy = *PolicyId::parse("p-00000000"), .name = "n"})),
            "PolicyNotFoundException: You specified a policy that doesn't exist.");
}

TEST_F(OrganizationPoliciesTest, AwsOwnAreNotChanged) {
  for (const PolicyType type : kPolicyTypes) {
    const PolicyId& own = full_access(type).id;
    EXPECT_EQ(code(update_policy(changes_, id(), {.policy = own, .name = "n"})), "InvalidInputException");
    EXPECT_EQ(code(delete_policy(changes_, id(), own)), "InvalidInputException");
    EXPECT_EQ(code(tag_resource(changes_, {id(), own}, {{"k", "v"}})), "TargetNotFoundException");
  }
}

TEST_F(OrganizationPoliciesTest, AnAttachedPolicyIsNotDeleted) {
  enable(kScp);
  const PolicyId used = policy(kScp, "used");
  must_do(attach_policy(changes_, id(), {used, root()}));
  EXPECT_EQ(outcome(delete_policy(changes_, id(), used)),
            "PolicyInUseException: The policy is attached to one or more entities. You must detach it from all roots, "
            "OUs, and accounts before performing this operation.");
  must_do(detach_policy(changes_, id(), {used, root()}));
  EXPECT_EQ(outcome(delete_policy(changes_, id(), used)), "ok");
  EXPECT_EQ(code(delete_policy(changes_, id(), used)), "PolicyNotFoundException");
}

TEST_F(OrganizationPoliciesTest, AreAttachedOnceAndFiveToANode) {
  const PolicyId one = policy(kScp, "one");
  EXPECT_EQ(outcome(attach_policy(changes_, id(), {one, root()})),
            "PolicyTypeNotEnabledException: This operation can be performed only for enabled policy types.");
  enable(kScp);
  EXPECT_EQ(outcome(attach_policy(changes_, id(), {one, root()})), "ok");
  EXPECT_EQ(outcome(attach_policy(changes_, id(), {one, root()})),
            "DuplicatePolicyAttachmentException: The selected policy is already attached to the specified target.");
  EXPECT_EQ(code(attach_policy(changes_, id(), {full_access(kScp).id, root()})), "DuplicatePolicyAttachmentException");
  for (int i = 2; i <= 4; ++i)
    must_do(attach_policy(changes_, id(), {policy(kScp, std::to_string(i)), root()}));
  EXPECT_EQ(outcome(attach_policy(changes_, id(), {policy(kScp, "5"), root()})),
            "ConstraintViolationException: You have attached the maximum number of policies to the specified target.");
  EXPECT_EQ(code(attach_policy(changes_, id(), {*PolicyId::parse("p-00000000"), root()})), "PolicyNotFoundException");
  EXPECT_EQ(outcome(attach_policy(changes_, id(), {one, *NodeId::parse("999999999999")})),
            "TargetNotFoundException: You specified a target that doesn't exist.");
}

// Without any the account could do nothing, and nobody would have said so.
TEST_F(OrganizationPoliciesTest, TheLastOneStays) {
  enable(kScp);
  enable(kRcp);
  const PolicyId one = policy(kScp, "one");
  EXPECT_EQ(
      outcome(detach_policy(changes_, id(), {full_access(kScp).id, root()})),
      "ConstraintViolationException: You cannot remove the last policy attached to the specified target. You must "
      "have at least one attached at all times.");
  EXPECT_EQ(code(detach_policy(changes_, id(), {one, root()})), "PolicyNotAttachedException");
  must_do(attach_policy(changes_, id(), {one, root()}));
  EXPECT_EQ(outcome(detach_policy(changes_, id(), {full_access(kScp).id, root()})), "ok");
  EXPECT_EQ(code(detach_policy(changes_, id(), {one, root()})), "ConstraintViolationException");
  must_do(attach_policy(changes_, id(), {policy(kRcp, "resource"), root()}));
  EXPECT_EQ(code(detach_policy(changes_, id(), {full_access(kRcp).id, root()})), "ConstraintViolationException")
      << "AWS's own of this type stays beside others";
}

TEST_F(OrganizationPoliciesTest, TargetsAreTheNodesThatAPolicyIsAttachedTo) {
  member("222222222222");
  const NodeId somewhere = unit(root(), "somewhere");
  enable(kScp);
  const PolicyId one = policy(kScp, "one");
  must_do(attach_policy(changes_, id(), {one, somewhere}));
  must_do(attach_policy(changes_, id(), {one, *NodeId::parse("222222222222")}));
  std::vector<NodeId> targets;
  for (const Node* target : snapshot()->targets(*snapshot()->policy(one)))
    targets.push_back(target->id);
  EXPECT_EQ(targets, (std::vector{*NodeId::parse("222222222222"), somewhere}));
  EXPECT_EQ(snapshot()->targets(full_access(kScp)).size(), 4u);
  EXPECT_TRUE(snapshot()->targets(full_access(kRcp)).empty());
}

TEST_F(OrganizationPoliciesTest, TagsOfAllKindsOfResources) {
  const AccountId tagged = member("222222222222");
  for (const ResourceId& resource : {ResourceId(root()), ResourceId(unit(root(), "u")), ResourceId(node_of(tagged)),
                                     ResourceId(policy(kScp, "p"))}) {
    must_do(tag_resource(changes_, {id(), resource}, {{"a", "1"}, {"b", "2"}}));
    must_do(tag_resource(changes_, {id(), resource}, {{"A", "3"}, {"a", ""}}));
    EXPECT_EQ(must(tags_of(*snapshot(), resource)), (std::vector<Tag>{{"a", ""}, {"b", "2"}, {"A", "3"}}));
    must_do(untag_resource(changes_, {id(), resource}, {"a", "none"}));
    EXPECT_EQ(must(tags_of(*snapshot(), resource)), (std::vector<Tag>{{"b", "2"}, {"A", "3"}}));
    EXPECT_EQ(code(tag_resource(changes_, {id(), resource}, {{"k", "1"}, {"k", "2"}})), "InvalidInputException");
    EXPECT_EQ(code(tag_resource(changes_, {id(), resource}, {{"AWS:k", "1"}})), "InvalidInputException");
    std::vector<Tag> many;
    for (int i = 0; i < 49; ++i)
      many.push_back({"key" + std::to_string(i), ""});
    EXPECT_EQ(code(tag_resource(changes_, {id(), resource}, many)), "ConstraintViolationException");
    EXPECT_EQ(must(tags_of(*snapshot(), resource)).size(), 2u);
  }
  EXPECT_EQ(code(tags_of(*snapshot(), *PolicyId::parse("p-00000000"))), "TargetNotFoundException");
  EXPECT_EQ(code(untag_resource(changes_, {id(), *NodeId::parse("999999999999")}, {"k"})), "TargetNotFoundException");
}

}  // namespace
}  // namespace coffer::organizations
