// A name may mean another key from one moment to the next. What was decided on must be what is done.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "services/kms/testing/world.h"

namespace coffer::kms_service::testing {
namespace {

const AccountId kOwner = *AccountId::parse(kAccount);
constexpr std::string_view kAlias = "alias/moving";

class DecidedKeys : public ::testing::Test {
 protected:
  kms::KeyName make_key(std::string_view alias = "") {
    const kms::KeyName key = must(keyring().create_key(kOwner, ""));
    if (!alias.empty()) name(alias, key);
    return key;
  }
  void name(std::string_view alias, const kms::KeyName& key) { must(keyring().put_alias(kOwner, alias, key)); }
  kms::Keyring& keyring() { return world_.keyring(kHome); }
  static std::string arn(const kms::KeyName& key) { return kms::key_arn(*Region::parse(kHome), key); }
  // The ARN of the key that has the alias.
  std::string named() {
    const kms::KeyPointer key = must(keyring().find_alias(kOwner, kAlias));
    return key ? arn(key->info.name) : "";
  }

  // Once, before the first decision on that.
  void before_decision_on(const std::string& resource, const std::function<void()>& happens) {
    world_.at_decision = [this, resource, happens](const api::AccessQuestion& question, api::ConditionKeys&) {
      if (question.resource.name != resource) return;
      const auto once = std::exchange(world_.at_decision, nullptr);
      happens();
    };
  }

  // May do that to the alias and to these keys.
  auth::Caller keeper_of_aliases(const std::string& action, const std::vector<kms::KeyName>& keys) {
    boost::json::array resources{alias_arn()};
    for (const kms::KeyName& key : keys)
      resources.emplace_back(arn(key));
    const boost::json::value policy{
        {"Version", "2012-10-17"}, {"Statement", {{{"Effect", "Allow"}, {"Action", action}, {"Resource", resources}}}}};
    world_.make_user(kAccount, "ann", boost::json::serialize(policy));
    return world_.caller(kAccount, "user/ann");
  }
  static std::string alias_arn() { return kms::alias_arn(*Region::parse(kHome), kOwner, kAlias); }

  Answer call(const auth::Caller& caller, std::string_view operation, const boost::json::value& input) {
    return world_.call(kHome, caller, operation, boost::json::serialize(input));
  }
  auth::Caller root() { return world_.caller(kAccount, "root"); }
  static std::string member(const Answer& answer, std::string_view name) {
    if (answer.status != 200) return answer.error + ": " + answer.message;
    return std::string(boost::json::parse(answer.output).at(name).as_string());
  }

  World world_;
};

TEST_F(DecidedKeys, EncryptUsesTheKeyThatTheAliasMeantWhenItWasDecided) {
  const kms::KeyName decided = make_key(kAlias);
  const kms::KeyName later = make_key();
  before_decision_on(arn(decided), [&] { name(kAlias, later); });
  const Answer answer = call(root(), "Encrypt", {{"KeyId", kAlias}, {"Plaintext", "aGk="}});
  EXPECT_EQ(named(), arn(later));
  EXPECT_EQ(member(answer, "KeyId"), arn(decided));
  const Answer opened = call(root(), "Decrypt", {{"CiphertextBlob", member(answer, "CiphertextBlob")}});
  EXPECT_EQ(member(opened, "KeyId"), arn(decided));
}

// The decision about the first key is told whether the second is the same: that must be the one that is used.
TEST_F(DecidedKeys, ReEncryptGoesToTheKeyThatTheFirstDecisionKnew) {
  const kms::KeyName source = make_key();
  const kms::KeyName decided = make_key(kAlias);
  const Answer sealed = call(root(), "Encrypt", {{"KeyId", arn(source)}, {"Plaintext", "aGk="}});
  const std::string ciphertext = member(sealed, "CiphertextBlob");
  before_decision_on(arn(source), [&] { name(kAlias, source); });
  const Answer answer = call(root(), "ReEncrypt", {{"CiphertextBlob", ciphertext}, {"DestinationKeyId", kAlias}});
  EXPECT_EQ(named(), arn(source));
  EXPECT_EQ(member(answer, "KeyId"), arn(decided));
}

TEST_F(DecidedKeys, AnAliasIsNotTakenFromAKeyThatNobodyWasAskedAbout) {
  const kms::KeyName before = make_key(kAlias);
  const kms::KeyName wanted = make_key();
  const kms::KeyName meanwhile = make_key();
  const auth::Caller ann = keeper_of_aliases("kms:UpdateAlias", {before, wanted});
  const boost::json::value request{{"AliasName", kAlias}, {"TargetKeyId", arn(wanted)}};
  before_decision_on(arn(before), [&] { name(kAlias, meanwhile); });
  EXPECT_EQ(call(ann, "UpdateAlias", request).message,
            "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: kms:UpdateAlias on resource: " +
                arn(meanwhile) + " because no identity-based policy allows the kms:UpdateAlias action");
  EXPECT_EQ(named(), arn(meanwhile));

  name(kAlias, before);
  EXPECT_EQ(call(ann, "UpdateAlias", request).message, "");
  EXPECT_EQ(named(), arn(wanted));
}

TEST_F(DecidedKeys, AnAliasThatComesMeanwhileIsDecidedOnLikeAnyOther) {
  const kms::KeyName wanted = make_key();
  const kms::KeyName meanwhile = make_key();
  const auth::Caller ann = keeper_of_aliases("kms:UpdateAlias", {wanted});
  const boost::json::value request{{"AliasName", kAlias}, {"TargetKeyId", arn(wanted)}};
  before_decision_on(arn(wanted), [&] { name(kAlias, meanwhile); });
  EXPECT_EQ(call(ann, "UpdateAlias", request).error, "AccessDeniedException");
  EXPECT_EQ(named(), arn(meanwhile));
}

TEST_F(DecidedKeys, AnAliasIsNotDeletedFromAKeyThatNobodyWasAskedAbout) {
  const kms::KeyName before = make_key(kAlias);
  const kms::KeyName meanwhile = make_key();
  const auth::Caller ann = keeper_of_aliases("kms:DeleteAlias", {before});
  before_decision_on(arn(before), [&] { name(kAlias, meanwhile); });
  EXPECT_EQ(call(ann, "DeleteAlias", {{"AliasName", kAlias}}).error, "AccessDeniedException");
  EXPECT_EQ(named(), arn(meanwhile));

  name(kAlias, before);
  EXPECT_EQ(call(ann, "DeleteAlias", {{"AliasName", kAlias}}).message, "");
  EXPECT_EQ(named(), "");
}

// Neither by what it makes nor by what it says.
TEST_F(DecidedKeys, ARefusalDoesNotTellWhetherTheDefaultKeyExists) {
  world_.make_user(kAccount, "ann", "");
  const auth::Caller ann = world_.caller(kAccount, "user/ann");
  const boost::json::value request{{"KeyId", kms::kSecretsManagerAlias}};
  const Answer before = call(ann, "DescribeKey", request);
  EXPECT_EQ(before.error, "AccessDeniedException");
  EXPECT_FALSE(must(keyring().default_key_arn(kOwner)).has_value());
  EXPECT_EQ(call(root(), "DescribeKey", request).message, "");
  EXPECT_TRUE(must(keyring().default_key_arn(kOwner)).has_value());
  EXPECT_EQ(call(ann, "DescribeKey", request).message, before.message);
}

}  // namespace
}  // namespace coffer::kms_service::testing
