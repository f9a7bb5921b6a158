// The condition keys of KMS: which of those that AWS documents a decision is given, operation by operation. Follows
// "Actions, resources, and condition keys for AWS Key Management Service" (Service Authorization Reference).
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "kms/key_policy.h"
#include "services/kms/testing/world.h"

namespace coffer::kms_service::testing {
namespace {

namespace json = boost::json;
using Keys = std::set<std::string>;

// Without "kms:". All that are documented; of families one.
constexpr std::string_view kDocumented[] = {"BypassPolicyLockoutSafetyCheck",
                                            "CallerAccount",
                                            "CustomerMasterKeySpec",
                                            "CustomerMasterKeyUsage",
                                            "DataKeyPairSpec",
                                            "EncryptionAlgorithm",
                                            "EncryptionContext:purpose",
                                            "EncryptionContextKeys",
                                            "ExpirationModel",
                                            "GrantConstraintSourceArn",
                                            "GrantConstraintType",
                                            "GrantIsForAWSResource",
                                            "GrantOperations",
                                            "GranteePrincipal",
                                            "GranteeServicePrincipal",
                                            "KeyAgreementAlgorithm",
                                            "KeyOrigin",
                                            "KeySpec",
                                            "KeyUsage",
                                            "MacAlgorithm",
                                            "MessageType",
                                            "MultiRegion",
                                            "MultiRegionKeyType",
                                            "PrimaryRegion",
                                            "ReEncryptOnSameKey",
                                            "RecipientAttestation:PCR0",
                                            "ReplicaRegion",
                                            "RequestAlias",
                                            "ResourceAliases",
                                            "RetiringPrincipal",
                                            "RetiringServicePrincipal",
                                            "RotationPeriodInDays",
                                            "ScheduleKeyDeletionPendingWindowInDays",
                                            "SigningAlgorithm",
                                            "TrailingDaysWithoutKeyUsage",
                                            "ValidTo",
                                            "ViaService",
                                            "WrappingAlgorithm",
                                            "WrappingKeySpec"};

// Given by whoever calls KMS for its own callers: Secrets Manager, see its cross_account_test.cc.
constexpr std::string_view kOfServices = "ViaService";

// What each decision about a key has: a primary of a multi-region key that has an alias.
const Keys kOfEveryKey = {"CallerAccount", "KeyOrigin",          "KeySpec",        "KeyUsage",
                          "MultiRegion",   "MultiRegionKeyType", "ResourceAliases"};

struct Expected {
  std::string operation;
  std::string input;                                          // "<KEY>", "<ALIAS>", ... stand for what the test made
  std::vector<std::pair<std::string, std::vector<Keys>>> of;  // by action: of each decision, one after the other
};

Keys with(const Keys& more) {
  Keys all = kOfEveryKey;
  all.insert(more.begin(), more.end());
  return all;
}

const Keys kNothing = {};
const Keys kPlain = with({});
const Keys kCryptography =
    with({"EncryptionAlgorithm", "EncryptionContext:purpose", "EncryptionContextKeys", "RequestAlias"});
const Keys kReEncryption = with({"EncryptionAlgorithm", "EncryptionContext:purpose", "EncryptionContextKeys",
                                 "RequestAlias", "ReEncryptOnSameKey"});
const Keys kNewKey = {"BypassPolicyLockoutSafetyCheck",
                      "CallerAccount",
                      "KeyOrigin",
                      "KeySpec",
                      "KeyUsage",
                      "MultiRegion",
                      "MultiRegionKeyType"};

// The name itself, when it is not asked for as that of a key.
const Keys kName = {"CallerAccount"};

// In an order in which each can be called.
const Expected kOperations[] = {
    {"CreateKey", R"({"MultiRegion": true})", {{"kms:CreateKey", {kNewKey}}}},
    {"Encrypt",
     R"({"KeyId": "<ALIAS>", "Plaintext": "eA==", "EncryptionContext": {"purpose": "x"}})",
     {{"kms:Encrypt", {kCryptography}}}},
    {"Decrypt",
     R"({"KeyId": "<ALIAS>", "CiphertextBlob": "<CIPHERTEXT>", "EncryptionContext": {"purpose": "x"}})",
     {{"kms:Decrypt", {kCryptography}}}},
    {"ReEncrypt",
     R"({"SourceKeyId": "<ALIAS>", "CiphertextBlob": "<CIPHERTEXT>", "SourceEncryptionContext": {"purpose": "x"},
         "DestinationKeyId": "<ALIAS>", "DestinationEncryptionContext": {"purpose": "x"}})",
     {{"kms:ReEncryptFrom", {kReEncryption}}, {"kms:ReEncryptTo", {kReEncryption}}}},
    {"GenerateDataKey",
     R"({"KeyId": "<ALIAS>", "KeySpec": "AES_256", "EncryptionContext": {"purpose": "x"}})",
     {{"kms:GenerateDataKey", {kCryptography}}}},
    {"GenerateDataKeyWithoutPlaintext",
     R"({"KeyId": "<ALIAS>", "KeySpec": "AES_256", "EncryptionContext": {"purpose": "x"}})",
     {{"kms:GenerateDataKeyWithoutPlaintext", {kCryptography}}}},
    {"GenerateRandom", R"({"NumberOfBytes": 1})", {{"kms:GenerateRandom", {kNothing}}}},
    {"DescribeKey", R"({"KeyId": "<ALIAS>"})", {{"kms:DescribeKey", {with({"RequestAlias"})}}}},
    {"CreateAlias", R"({"AliasName": "alias/new", "TargetKeyId": "<KEY>"})", {{"kms:CreateAlias", {kName, kPlain}}}},
    {"UpdateAlias",
     R"({"AliasName": "alias/new", "TargetKeyId": "<KEY>"})",
     {{"kms:UpdateAlias", {kName, kPlain, kPlain}}}},
    {"DeleteAlias", R"({"AliasName": "alias/new"})", {{"kms:DeleteAlias", {kName, kPlain}}}},
    {"ListAliases", "{}", {{"kms:ListAliases", {kNothing}}}},
    {"ListKeys", "{}", {{"kms:ListKeys", {kNothing}}}},
    {"CreateGrant",
     R"({"KeyId": "<KEY>", "GranteePrincipal": "<ROOT>", "RetiringPrincipal": "<ROOT>", "Operations": ["Decrypt"],
         "Name": "one", "Constraints": {"EncryptionContextSubset": {"purpose": "x"}}})",
     {{"kms:CreateGrant",
       {with({"EncryptionContext:purpose", "EncryptionContextKeys", "GrantConstraintType", "GrantIsForAWSResource",
              "GrantOperations", "GranteePrincipal", "RetiringPrincipal"})}}}},
    {"ListGrants", R"({"KeyId": "<KEY>"})", {{"kms:ListGrants", {with({"GrantIsForAWSResource"})}}}},
    {"ListRetirableGrants", R"({"RetiringPrincipal": "<ROOT>"})", {{"kms:ListRetirableGrants", {kNothing}}}},
    {"RetireGrant",
     R"({"KeyId": "<KEY>", "GrantId": "<GRANT>"})",
     {{"kms:RetireGrant", {with({"EncryptionContext:purpose", "EncryptionContextKeys", "GrantConstraintType"})}}}},
    {"CreateGrant",
     R"({"KeyId": "<KEY>", "GranteePrincipal": "<ROOT>", "Operations": ["Decrypt"]})",
     {{"kms:CreateGrant", {with({"GrantIsForAWSResource", "GrantOperations", "GranteePrincipal"})}}}},
    {"RevokeGrant",
     R"({"KeyId": "<KEY>", "GrantId": "<GRANT>"})",
     {{"kms:RevokeGrant", {with({"GrantIsForAWSResource"})}}}},
    {"GetKeyPolicy", R"({"KeyId": "<KEY>"})", {{"kms:GetKeyPolicy", {kPlain}}}},
    {"ListKeyPolicies", R"({"KeyId": "<KEY>"})", {{"kms:ListKeyPolicies", {kPlain}}}},
    {"PutKeyPolicy",
     R"({"KeyId": "<KEY>", "Policy": <POLICY>})",
     // The second is whether the caller could do it again.
     {{"kms:PutKeyPolicy", {with({"BypassPolicyLockoutSafetyCheck"}), with({"BypassPolicyLockoutSafetyCheck"})}}}},
    {"GetKeyRotationStatus", R"({"KeyId": "<KEY>"})", {{"kms:GetKeyRotationStatus", {kPlain}}}},
    {"ListKeyRotations", R"({"KeyId": "<KEY>"})", {{"kms:ListKeyRotations", {kPlain}}}},
    {"EnableKeyRotation", R"({"KeyId": "<KEY>"})", {{"kms:EnableKeyRotation", {with({"RotationPeriodInDays"})}}}},
    {"RotateKeyOnDemand", R"({"KeyId": "<KEY>"})", {{"kms:RotateKeyOnDemand", {kPlain}}}},
    {"DisableKeyRotation", R"({"KeyId": "<KEY>"})", {{"kms:DisableKeyRotation", {kPlain}}}},
    {"ListResourceTags", R"({"KeyId": "<KEY>"})", {{"kms:ListResourceTags", {kPlain}}}},
    {"TagResource", R"({"KeyId": "<KEY>", "Tags": []})", {{"kms:TagResource", {kPlain}}}},
    {"UntagResource", R"({"KeyId": "<KEY>", "TagKeys": ["a"]})", {{"kms:UntagResource", {kPlain}}}},
    {"UpdateKeyDescription", R"({"KeyId": "<KEY>", "Description": ""})", {{"kms:UpdateKeyDescription", {kPlain}}}},
    // The key that is to be is decided on as a new one. Beyond AWS's: that a lock-out is risked.
    {"ReplicateKey",
     R"({"KeyId": "<KEY>", "ReplicaRegion": "us-west-2"})",
     {{"kms:ReplicateKey", {with({"ReplicaRegion", "BypassPolicyLockoutSafetyCheck"})}},
      {"kms:CreateKey",
       {{"BypassPolicyLockoutSafetyCheck", "CallerAccount", "KeyOrigin", "KeySpec", "KeyUsage", "MultiRegion",
         "MultiRegionKeyType", "ReplicaRegion"}}}}},
    {"UpdatePrimaryRegion",
     R"({"KeyId": "<KEY>", "PrimaryRegion": "us-west-2"})",
     // First about the primary, then whether the caller's own policies let it in there, and about the replica, whose
     // aliases its region knows.
     {{"kms:UpdatePrimaryRegion",
       {with({"PrimaryRegion"}),
        with({"PrimaryRegion"}),
        {"CallerAccount", "KeyOrigin", "KeySpec", "KeyUsage", "MultiRegion", "MultiRegionKeyType", "PrimaryRegion"}}}}},
    {"DisableKey", R"({"KeyId": "<KEY>"})", {{"kms:DisableKey", {kPlain}}}},
    {"EnableKey", R"({"KeyId": "<KEY>"})", {{"kms:EnableKey", {kPlain}}}},
    {"ScheduleKeyDeletion",
     R"({"KeyId": "<KEY>"})",
     {{"kms:ScheduleKeyDeletion", {with({"ScheduleKeyDeletionPendingWindowInDays"})}}}},
    {"CancelKeyDeletion", R"({"KeyId": "<KEY>"})", {{"kms:CancelKeyDeletion", {kPlain}}}},
};

class GivenKeys {
 public:
  // By action: of each decision, one after the other.
  std::map<std::string, std::vector<Keys>> of(const std::string& operation, std::string input) {
    for (const auto& [name, value] : names_) {
      for (size_t at = input.find(name); at != input.npos; at = input.find(name, at + value.size()))
        input.replace(at, name.size(), value);
    }
    std::map<std::string, std::vector<Keys>> given;
    world_.at_decision = [&](const api::AccessQuestion& question, api::ConditionKeys& keys) {
      Keys& found = given[std::string(question.action)].emplace_back();
      for (const std::string_view key : kDocumented) {
        if (keys.context().find("kms:" + std::string(key)) != nullptr) found.emplace(key);
      }
    };
    const Answer answer = world_.call(kHome, world_.caller(kAccount, "root"), operation, input);
    world_.at_decision = nullptr;
    EXPECT_EQ(answer.status, 200) << answer.error << ": " << answer.message;
    if (answer.status == 200) learn(answer.output);
    world_.exchange_keys();
    return given;
  }

 private:
  void learn(const std::string& output) {
    if (output.empty()) return;
    const json::value answer = json::parse(output);
    const json::object& members = answer.as_object();
    if (const json::value* const key = members.if_contains("KeyMetadata"); key && !names_.contains("<KEY>")) {
      names_["<KEY>"] = key->at("KeyId").as_string();
      const AccountId owner = *AccountId::parse(kAccount);
      must(world_.keyring(kHome).put_alias(owner, "alias/app", {owner, names_["<KEY>"]}));
    }
    if (const json::value* const text = members.if_contains("CiphertextBlob"); text && !names_.contains("<CIPHERTEXT>"))
      names_["<CIPHERTEXT>"] = text->as_string();
    if (const json::value* const grant = members.if_contains("GrantId")) names_["<GRANT>"] = grant->as_string();
  }

  World world_;
  std::map<std::string, std::string> names_ = {
      {"<ALIAS>", "alias/app"},
      {"<ROOT>", "arn:aws:iam::123456789012:root"},
      {"<POLICY>", json::serialize(json::value(kms::default_key_policy(*AccountId::parse(kAccount))))}};
};

TEST(ConditionKeys, EachDecisionIsGivenThoseOfItsAction) {
  GivenKeys given;
  std::set<std::string> operations;
  for (const Expected& expected : kOperations) {
    SCOPED_TRACE(expected.operation);
    operations.insert(expected.operation);
    auto found = given.of(expected.operation, expected.input);
    for (const auto& [action, keys] : expected.of) {
      ASSERT_TRUE(found.contains(action)) << action;
      // AWS knows who calls, and does not say so, where there is no key.
      if (keys.front().empty()) found[action].front().erase("CallerAccount");
      EXPECT_EQ(found[action], keys) << action;
    }
    EXPECT_EQ(found.size(), expected.of.size());
  }
  World world;
  for (const api::Operation& operation : world.service().operations)
    EXPECT_TRUE(operations.contains(std::string(operation.name))) << operation.name;
}

// What a policy's author cannot know otherwise.
TEST(ConditionKeys, WhatIsNotGivenIsAKnownDifference) {
  Keys given;
  for (const Expected& expected : kOperations) {
    for (const auto& [action, decisions] : expected.of) {
      for (const Keys& keys : decisions)
        given.insert(keys.begin(), keys.end());
    }
  }
  std::ifstream file(COFFER_COMPATIBILITY);
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(page.empty());
  for (const std::string_view key : kDocumented) {
    if (key == kOfServices || given.contains(std::string(key))) continue;
    const std::string family = key.starts_with("RecipientAttestation:") ? "RecipientAttestation:*" : std::string(key);
    EXPECT_NE(page.find("`kms:" + family + "`"), page.npos) << family;
  }
  for (const std::string& key : given)
    EXPECT_NE(std::ranges::find(kDocumented, key), std::end(kDocumented)) << key;
}

}  // namespace
}  // namespace coffer::kms_service::testing
