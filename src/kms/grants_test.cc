// Grants in the store: made, found, listed, removed, and gone with their key.
#include "kms/grants.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "kms/testing/keyring_fixture.h"
#include "kms/testing/test_directories.h"

namespace coffer::kms::testing {
namespace {

using enum GrantOperation;
using policy::GrantedTo;

class GrantsTest : public KeyringTest {
 protected:
  NewGrant request(std::string_view grantee = kBob.arn) {
    return {.key = key_,
            .grantee = grantee,
            .retiring = std::nullopt,
            .issuer = kAccount,
            .name = "",
            .operations = {kDecrypt, kDescribeKey},
            .constraints = {}};
  }
  std::string created(const NewGrant& grant) {
    const auto receipt = grants_.create(grant);
    return receipt.ok() ? "ok" : std::string(error_name(receipt.error().code)) + ": " + receipt.error().message;
  }
  bool allowed(const policy::RequestPrincipal& caller, GrantOperation operation = kDecrypt,
               const EncryptionContext& context = {}) {
    return *grants_.allow({key_, caller, operation, context}) == GrantedTo::kCaller;
  }
  std::vector<Grant> listed(const GrantFilter& filter = {}, const Page& page = {}) {
    return *grants_.list(key_, filter, page);
  }

  const KeyName key_ = make_key();
  TestDirectories directories_;
  Grants grants_{{keyring_, directories_.both()}};
};

TEST_F(GrantsTest, AGrantCountsFromItsCommitOnAndUntilItIsRemoved) {
  EXPECT_FALSE(allowed(kBob));
  const auto receipt = grants_.create(request());
  ASSERT_TRUE(receipt.ok());
  EXPECT_TRUE(is_grant_id(receipt->id));
  EXPECT_TRUE(allowed(kBob));
  EXPECT_FALSE(allowed(kBob, kEncrypt));
  EXPECT_FALSE(allowed(kAnn));
  EXPECT_EQ(*grants_.allow({make_key(), kBob, kDecrypt, {}}), GrantedTo::kNobody) << "another key";
  Grants restarted({keyring_, directories_.both()});
  EXPECT_EQ(*restarted.allow({key_, kBob, kDecrypt, {}}), GrantedTo::kCaller);
  ASSERT_TRUE(grants_.remove({key_, receipt->id}).ok());
  EXPECT_FALSE(allowed(kBob));
  EXPECT_EQ(*restarted.allow({key_, kBob, kDecrypt, {}}), GrantedTo::kNobody)
      << "whoever else caches it hears of it, too";
  const auto again = grants_.remove({key_, receipt->id});
  EXPECT_EQ(outcome(again), "NotFoundException");
  EXPECT_EQ(again.error().message, "Grant ID " + receipt->id + " not found");
  EXPECT_EQ(outcome(grants_.remove({key_, "no id"})), "NotFoundException");
}

TEST_F(GrantsTest, AskingAgainReadsNothing) {
  ASSERT_EQ(created(request()), "ok");
  ASSERT_TRUE(allowed(kBob));
  const KeyName without = make_key();
  ASSERT_EQ(*grants_.allow({without, kBob, kDecrypt, {}}), GrantedTo::kNobody);
  store_->fail_reads(true);
  EXPECT_TRUE(allowed(kBob));
  EXPECT_EQ(*grants_.allow({without, kBob, kDecrypt, {}}), GrantedTo::kNobody);
}

TEST_F(GrantsTest, ConstraintsAndSessionsAreHeeded) {
  NewGrant grant = request("arn:aws:iam::123456789012:role/app/reader");
  grant.constraints.context_subset = ContextPairs{{"app", "db"}};
  ASSERT_EQ(created(grant), "ok");
  EXPECT_TRUE(allowed(kReader, kDecrypt, {{"app", "db"}, {"x", "y"}}));
  EXPECT_FALSE(allowed(kReader, kDecrypt, {{"app", "web"}}));
  EXPECT_TRUE(allowed(kReader, kDescribeKey));
  const KeyName other = make_key();
  NewGrant for_session = request(kReader.arn);
  for_session.key = other;
  ASSERT_EQ(created(for_session), "ok");
  EXPECT_EQ(*grants_.allow({other, kReader, kDecrypt, {}}), GrantedTo::kCaller);
  policy::RequestPrincipal session = kReader;
  session.arn = "arn:aws:sts::123456789012:assumed-role/reader/s2";
  EXPECT_EQ(*grants_.allow({other, session, kDecrypt, {}}), GrantedTo::kNobody);
}

// Whoever gets a deleted user's name later is not meant.
TEST_F(GrantsTest, AGranteeIsMeantAndNotItsName) {
  NewGrant grant = request();
  grant.retiring = kAnn.arn;
  ASSERT_EQ(created(grant), "ok");
  EXPECT_EQ(listed()[0].grantee.text, kBob.arn);
  EXPECT_EQ(listed()[0].retiring->text, kAnn.arn);
  directories_.by_id.erase("AIDABOBBOBBOBBOBBOBBO");
  directories_.by_id["AIDANEWBOBNEWBOBNEWBO"] = kBob.arn;
  policy::RequestPrincipal new_bob = kBob;
  new_bob.user_id = "AIDANEWBOBNEWBOBNEWBO";
  EXPECT_FALSE(allowed(new_bob));
  EXPECT_EQ(listed()[0].grantee.text, "AIDABOBBOBBOBBOBBOBBO");
  EXPECT_TRUE(listed({.id = {}, .grantee = kBob.arn}).empty());
}

// Follows the request syntax of CreateGrant: ARNs only, and of principals only.
TEST_F(GrantsTest, WhoDoesNotExistOrCannotBeAPrincipalIsRefused) {
  for (const std::string_view good :
       {"arn:aws:iam::210987654321:root", "arn:aws:iam::123456789012:user/ann",
        "arn:aws:iam::123456789012:role/app/reader", "arn:aws:sts::123456789012:assumed-role/reader/session",
        "arn:aws:sts::123456789012:federated-user/fred"})
    EXPECT_EQ(created(request(good)), "ok") << good;
  for (const std::string_view bad :
       {"210987654321", "arn:aws:iam::999999999999:root", "arn:aws:sts::999999999999:federated-user/fred",
        "arn:aws:iam::123456789012:user/nobody", "arn:aws:iam::123456789012:user/*",
        "arn:aws:iam::123456789012:group/g", "arn:aws:iam::123456789012:oidc-provider/host.example",
        "arn:aws:sts::123456789012:assumed-role/reader", "AIDAANNANNANNANNANNAN", "ann", "*",
        "secretsmanager.amazonaws.com", ""}) {
    const std::string refused = "InvalidArnException: ARN does not refer to a valid principal: " + std::string(bad);
    EXPECT_EQ(created(request(bad)), refused);
    NewGrant retiring = request();
    retiring.retiring = bad;
    EXPECT_EQ(created(retiring), refused);
    const auto listed = grants_.list(key_, {.id = {}, .grantee = bad}, {});
    EXPECT_EQ(outcome(listed), bad.empty() ? "ok" : "InvalidArnException");
    EXPECT_EQ(outcome(grants_.list_retirable(bad, {})), "InvalidArnException");
  }
  directories_.is_broken = true;
  EXPECT_EQ(created(request()), "Io: the disk is gone");
  EXPECT_EQ(created(request("arn:aws:iam::210987654321:root")), "Io: the disk is gone");
}

TEST_F(GrantsTest, OnlyAnEnabledKeyGetsGrants) {
  const std::string arn = key_arn(kRegion, key_);
  NewGrant nowhere = request();
  nowhere.key.id = random_.uuid();
  EXPECT_EQ(created(nowhere), "NotFoundException: Key '" + key_arn(kRegion, nowhere.key) + "' does not exist");
  ASSERT_EQ(created(request()), "ok");
  ASSERT_TRUE(keyring_.disable(key_).ok());
  EXPECT_EQ(created(request()), "DisabledException: " + arn + " is disabled.");
  ASSERT_TRUE(keyring_.schedule_deletion(key_, 7).ok());
  EXPECT_EQ(created(request()), "KMSInvalidStateException: " + arn + " is pending deletion.");
  EXPECT_EQ(listed().size(), 1u);
  EXPECT_TRUE(grants_.remove({key_, listed()[0].id}).ok()) << "in every state";
}

TEST_F(GrantsTest, ConstraintsHaveAtMostEightPairs) {
  NewGrant grant = request();
  grant.constraints.context_equals.emplace();
  for (int i = 0; i < 8; ++i)
    grant.constraints.context_equals->emplace_back(std::to_string(i), "");
  EXPECT_EQ(created(grant), "ok");
  grant.constraints.context_equals->emplace_back("8", "");
  EXPECT_TRUE(created(grant).starts_with("ValidationException"));
}

// A client that tries again must not pile up grants.
TEST_F(GrantsTest, TheSameNameForTheSameThingGivesTheSameGrant) {
  NewGrant grant = request();
  grant.name = "for-bob";
  grant.constraints.context_equals = ContextPairs{{"a", "1"}, {"b", "2"}};
  const auto first = grants_.create(grant);
  clock_.advance(Duration(60'000));
  std::swap((*grant.constraints.context_equals)[0], (*grant.constraints.context_equals)[1]);
  const auto second = grants_.create(grant);
  EXPECT_EQ(first->id, second->id);
  EXPECT_NE(first->token, second->token);
  EXPECT_EQ(listed().size(), 1u);
  EXPECT_LT(listed()[0].created, clock_.now());
  NewGrant others[] = {grant, grant, grant, grant};
  others[0].operations.add(kEncrypt);
  others[1].grantee = kAnn.arn;
  others[2].name = "for-bob-too";
  others[3].name = "";
  for (const NewGrant& other : others)
    EXPECT_NE(grants_.create(other)->id, first->id);
  EXPECT_NE(grants_.create(request())->id, grants_.create(request())->id) << "without a name, each is another one";
}

TEST_F(GrantsTest, OfTheSameGrantMadeAtOnceThereIsOne) {
  NewGrant grant = request();
  grant.name = "for-bob";
  std::vector<std::string> ids(8);
  std::vector<std::thread> threads;
  for (std::string& id : ids)
    threads.emplace_back([&] { id = grants_.create(grant)->id; });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(ids, std::vector<std::string>(8, ids[0]));
  EXPECT_EQ(listed().size(), 1u);
}

TEST_F(GrantsTest, ATokenNamesItsGrant) {
  const auto receipt = *grants_.create(request());
  EXPECT_EQ(*Grants::parse_token(receipt.token), (GrantName{key_, receipt.id}));
  EXPECT_TRUE((*grants_.find({key_, receipt.id})).has_value());
  std::string cut = receipt.token;
  cut.resize(cut.size() - 4);
  for (const std::string& bad :
       {std::string(), std::string("abcd"), cut, receipt.token + "AAAA", "B" + receipt.token.substr(1)})
    EXPECT_EQ(outcome(Grants::parse_token(bad)), "InvalidGrantTokenException") << bad;
}

TEST_F(GrantsTest, ListsAreFilteredAndGoOnWhereThePageBeforeEnded) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(created(request(kAnn.arn)), "ok");
    ASSERT_EQ(created(request()), "ok");
  }
  EXPECT_EQ(listed().size(), 10u);
  EXPECT_EQ(listed({.id = {}, .grantee = kAnn.arn}).size(), 5u);
  const std::string id = listed()[3].id;
  EXPECT_EQ(listed({.id = id, .grantee = {}}).size(), 1u);
  EXPECT_TRUE(listed({.id = std::string(64, '0'), .grantee = {}}).empty());
  std::set<std::string> seen;
  std::string after;
  for (;;) {
    const auto page = listed({.id = {}, .grantee = kAnn.arn}, {after, 2});
    EXPECT_LE(page.size(), 2u);
    if (page.empty()) break;
    for (const Grant& grant : page)
      EXPECT_TRUE(seen.insert(grant.id).second);
    after = page.back().id;
  }
  EXPECT_EQ(seen.size(), 5u);
}

TEST_F(GrantsTest, RetirableGrantsOfAllKeysAreListed) {
  NewGrant grant = request();
  grant.retiring = kAnn.arn;
  ASSERT_EQ(created(grant), "ok");
  grant.key = make_key(kOther);
  ASSERT_EQ(created(grant), "ok");
  grant.key = make_key();
  ASSERT_EQ(created(grant), "ok");
  ASSERT_EQ(created(request(kAnn.arn)), "ok") << "which nobody is to retire";
  const auto all = *grants_.list_retirable(kAnn.arn, {});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_TRUE((*grants_.list_retirable(kBob.arn, {})).empty());
  EXPECT_EQ(outcome(grants_.list_retirable("arn:aws:iam::123456789012:user/nobody", {})), "InvalidArnException");
  std::vector<Grant> paged;
  for (;;) {
    const auto page = *grants_.list_retirable(kAnn.arn, {paged.empty() ? "" : Grants::position(paged.back()), 1});
    if (page.empty()) break;
    ASSERT_EQ(page.size(), 1u);
    paged.push_back(page[0]);
  }
  EXPECT_EQ(paged, all);
  ASSERT_TRUE(grants_.remove({all[0].key, all[0].id}).ok());
  EXPECT_EQ((*grants_.list_retirable(kAnn.arn, {})).size(), 2u);
}

// Anybody of the account, as far as its own policies say so; what is granted to the caller itself is worth more.
TEST_F(GrantsTest, AnAccountIsGrantedForItsOwnPoliciesToPassOn) {
  ASSERT_EQ(created(request("arn:aws:iam::210987654321:root")), "ok");
  EXPECT_EQ(*grants_.allow({key_, kBob, kDecrypt, {}}), GrantedTo::kAccount);
  EXPECT_EQ(*grants_.allow({key_, kBob, kEncrypt, {}}), GrantedTo::kNobody);
  EXPECT_EQ(*grants_.allow({key_, kAnn, kDecrypt, {}}), GrantedTo::kNobody);
  ASSERT_EQ(created(request(kBob.arn)), "ok");
  EXPECT_EQ(*grants_.allow({key_, kBob, kDecrypt, {}}), GrantedTo::kCaller);
}

TEST_F(GrantsTest, AGranteePassesOnWhatItHas) {
  NewGrant own = request();
  own.operations = {kDecrypt, kCreateGrant};
  ASSERT_EQ(created(own), "ok");
  EXPECT_EQ(*grants_.allow_to_pass_on(kBob, request(kAnn.arn)), GrantedTo::kNobody) << "DescribeKey is not its own";
  NewGrant passed_on = request(kAnn.arn);
  passed_on.operations = {kDecrypt};
  EXPECT_EQ(*grants_.allow_to_pass_on(kBob, passed_on), GrantedTo::kCaller);
  EXPECT_EQ(*grants_.allow_to_pass_on(kAnn, passed_on), GrantedTo::kNobody);
}

TEST_F(GrantsTest, AKeyHasAsManyGrantsAsItMay) {
  Grants few({keyring_, directories_.both(), 3});
  ASSERT_TRUE(few.create(request()).ok());
  ASSERT_EQ(created(request()), "ok");
  const auto last = few.create(request());
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(outcome(few.create(request())), "LimitExceededException");
  NewGrant other = request();
  other.key = make_key();
  EXPECT_TRUE(few.create(other).ok());
  ASSERT_TRUE(grants_.remove({key_, last->id}).ok());
  EXPECT_TRUE(few.create(request()).ok());
  EXPECT_EQ(outcome(few.create(request())), "LimitExceededException");
}

// More than one transaction takes.
TEST_F(GrantsTest, GrantsGoWithTheirKey) {
  const KeyName kept = make_key();
  NewGrant grant = request();
  grant.retiring = kAnn.arn;
  for (int i = 0; i < 1001; ++i)
    ASSERT_TRUE(grants_.create(grant).ok());
  grant.key = kept;
  ASSERT_TRUE(grants_.create(grant).ok());
  ASSERT_TRUE(keyring_.schedule_deletion(key_, 7).ok());
  clock_.advance(std::chrono::hours(7 * 24));
  EXPECT_EQ(*keyring_.erase_expired(), 1u);
  EXPECT_EQ(rows("kg"), 1u);
  EXPECT_EQ(rows("kp"), 1u);
  EXPECT_FALSE(allowed(kBob));
}

TEST_F(GrantsTest, ARowThatIsDamagedIsAnErrorAndNotAnEmptyList) {
  const auto receipt = *grants_.create(request());
  const std::string row = grant_row({key_, receipt.id});
  const std::string sound = (*store_->get(row))->value;
  for (const std::string& damage :
       {std::string("\xff\xff"), std::string(), sound + "\x30" + std::string("\x80\x80\x01", 3)}) {
    put_row(row, damage);
    EXPECT_EQ(outcome(grants_.allow({key_, kBob, kDecrypt, {}})), "Corrupt");
    EXPECT_EQ(outcome(grants_.list(key_, {}, {})), "Corrupt");
  }
  put_row(row, sound);
  EXPECT_TRUE(allowed(kBob));
}

}  // namespace
}  // namespace coffer::kms::testing
