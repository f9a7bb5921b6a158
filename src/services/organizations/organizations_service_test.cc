#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "iam/active_accounts.h"
#include "iam/identity_rows.h"
#include "organizations/account_requests.h"
#include "organizations/accounts.h"
#include "organizations/lifecycle.h"
#include "services/organizations/common_accounts.h"
#include "services/organizations/common_bounds.h"
#include "services/organizations/common_pages.h"
#include "services/organizations/testing/world.h"

namespace coffer::organizations_service {
namespace {

using testing::must;

const AccountId kManagement = *AccountId::parse(testing::kManagement);

// The front door, the audit and the policies know an operation by what its card says.
TEST(Service, EveryCardSaysWhatItIs) {
  testing::World world;
  EXPECT_EQ(world.service.target_prefix, "AWSOrganizationsV20161128");
  EXPECT_EQ(world.service.signing_name, "organizations");
  EXPECT_EQ(world.service.scope_region, api::ScopeRegion::kGlobal);
  std::set<std::string_view> names;
  for (const api::Operation& operation : world.service.operations) {
    EXPECT_TRUE(names.insert(operation.name).second) << operation.name;
    EXPECT_EQ(operation.action, "organizations:" + std::string(operation.name));
    EXPECT_FALSE(operation.errors.empty()) << operation.name;
    const bool reads = operation.name.starts_with("List") || operation.name.starts_with("Describe");
    EXPECT_EQ(operation.effect, reads ? api::Effect::kReads : api::Effect::kWrites) << operation.name;
    size_t quotas = 0;
    for (const api::RequestQuota& quota : world.service.quotas)
      quotas += static_cast<size_t>(std::ranges::count(quota.operations, operation.name));
    EXPECT_EQ(quotas, 1u) << operation.name;
  }
  EXPECT_EQ(names.size(), 38u);
}

class AccountsOfTheService : public ::testing::Test {
 protected:
  AccountsOfTheService()
      : organization_(must(
            organizations::create_organization(world_.organizations, {kManagement, "management", "m@example.com"}))) {}

  organizations::AccountRequest begin(const AccountId& account, const std::string& name) {
    return must(organizations::begin_request(world_.organizations, organization_.id,
                                             {.account = account,
                                              .name = name,
                                              .email = name + "@example.com",
                                              .role = "OrganizationAccountAccessRole",
                                              .tags = {}}));
  }
  organizations::SnapshotPointer snapshot() { return must(world_.cache.snapshot(organization_.id)); }

  testing::World world_;
  organizations::Organization organization_;
};

// The role is the only way into the account, but for its root user.
TEST_F(AccountsOfTheService, ANewAccountTrustsTheManagementAccount) {
  const testing::Answer made = world_.call(world_.caller(testing::kManagement), "CreateAccount",
                                           R"({"AccountName":"work","Email":"work@example.com"})");
  ASSERT_EQ(made.status, 200) << made.message;
  const auto accounts = snapshot()->accounts();
  const auto account = std::ranges::find(accounts, "work", &organizations::Node::name);
  ASSERT_NE(account, accounts.end());
  const AccountId id = account_of((*account)->id);
  EXPECT_EQ(must(world_.site.accounts.describe(id))->name, "work");
  const auto identities = must(world_.site.cache.snapshot(id));
  const iam::Identity* const role = identities->role("OrganizationAccountAccessRole");
  ASSERT_NE(role, nullptr);
  ASSERT_EQ(role->policies.size(), 1u);
  EXPECT_EQ(role->policies.front()->source().arn, "arn:aws:iam::aws:policy/AdministratorAccess");
  const iam::Role* const entity = identities->entities().role("OrganizationAccountAccessRole");
  EXPECT_NE(entity->trust_policy.find("arn:aws:iam::123456789012:root"), std::string::npos);
}

// Names of accounts are unique in a deployment and have few characters; AWS's are neither.
TEST_F(AccountsOfTheService, AnAccountThatCannotHaveItsNameHasItsId) {
  for (const char* name : {"account 123456789012", "Development (EU) & more"}) {
    const AccountId id = must(draw_account_id(world_.rooms));
    const organizations::AccountRequest request = begin(id, name);
    EXPECT_EQ(must(end_started_requests(world_.rooms)), 1u);
    EXPECT_EQ(snapshot()->request(request.id)->state, organizations::RequestState::kSucceeded);
    EXPECT_EQ(must(world_.site.accounts.describe(id))->name, id.text());
    EXPECT_EQ(snapshot()->node(organizations::node_of(id))->name, name);
  }
}

// Wherever the process died, the request ends with one account.
TEST_F(AccountsOfTheService, RequestsThatACrashInterruptedAreGoneOnWith) {
  const AccountId untouched = *AccountId::parse("333333333333");
  const AccountId made = *AccountId::parse("444444444444");
  const organizations::AccountRequest first = begin(untouched, "first");
  const organizations::AccountRequest second = begin(made, "second");
  must(world_.site.accounts.create("second", made));
  EXPECT_EQ(must(end_started_requests(world_.rooms)), 2u);
  for (const auto& request : {first, second}) {
    EXPECT_EQ(snapshot()->request(request.id)->state, organizations::RequestState::kSucceeded);
    EXPECT_TRUE(must(world_.site.accounts.exists(request.account)));
    EXPECT_NE(snapshot()->node(organizations::node_of(request.account)), nullptr);
    EXPECT_NE(must(world_.site.cache.snapshot(request.account))->role("OrganizationAccountAccessRole"), nullptr);
  }
  EXPECT_EQ(must(end_started_requests(world_.rooms)), 0u);
}

// One that cannot be ended must not keep all others waiting for ever.
TEST_F(AccountsOfTheService, ARequestThatFailsKeepsNoOther) {
  begin(*AccountId::parse("333333333333"), "first");
  begin(*AccountId::parse("444444444444"), "second");
  const auto before = snapshot();  // and so in this order
  const organizations::AccountRequest broken = *before->requests().front();
  const organizations::AccountRequest other = *before->requests().back();
  must(world_.site.store->commit({{}, {{iam::account_key(broken.account), "garbage"}}, {}}));
  const Result<size_t> ended = end_started_requests(world_.rooms);
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(snapshot()->request(broken.id)->state, organizations::RequestState::kInProgress);
  EXPECT_EQ(snapshot()->request(other.id)->state, organizations::RequestState::kSucceeded);
}

TEST_F(AccountsOfTheService, TheKeysOfAClosedAccountAreUnknown) {
  const AccountId closed = *AccountId::parse("444444444444");
  begin(closed, "closed");
  must(end_started_requests(world_.rooms));
  const iam::NewAccount root = must(world_.site.accounts.root_credentials(closed));
  const iam::ActiveAccounts credentials(world_.site.accounts, world_.site.accounts);
  const auth::ClaimedCredential claimed{root.access_key_id.text(), std::nullopt, world_.site.clock.now()};
  EXPECT_NE(must(credentials.find(claimed)), nullptr);
  const std::string input = R"({"AccountId":"444444444444"})";
  const auth::Caller management = world_.caller(testing::kManagement);
  EXPECT_EQ(world_.call(management, "CloseAccount", input).status, 200);
  EXPECT_EQ(must(credentials.find(claimed)), nullptr);
  EXPECT_EQ(world_.call(management, "CloseAccount", input).error, "AccountAlreadyClosedException");
}

// What a crash left half done must not be refused as done.
TEST_F(AccountsOfTheService, AnAccountThatIsClosedByHalfIsClosedByTheNextCall) {
  const AccountId half = *AccountId::parse("444444444444");
  begin(half, "half");
  must(end_started_requests(world_.rooms));
  must(organizations::suspend_account(world_.organizations, organization_.id, half));
  EXPECT_EQ(world_.call(world_.caller(testing::kManagement), "CloseAccount", R"({"AccountId":"444444444444"})").status,
            200);
  EXPECT_EQ(must(world_.site.accounts.status(half)), iam::AccountStatus::kSuspended);
}

// What an operator's command does, which may do no more than the organization's own call.
TEST_F(AccountsOfTheService, AnOperatorClosesAccountsByTheSameRules) {
  const AccountId member = *AccountId::parse("444444444444");
  const AccountId alone = *AccountId::parse("555555555555");
  begin(member, "member");
  must(end_started_requests(world_.rooms));
  must(world_.site.accounts.create("alone", alone));
  const auto refusal = [this](const AccountId& account) {
    const Result<void> done = end_account(world_.rooms, account);
    return done.ok() ? std::string("closed") : done.error().message;
  };
  for (const AccountId& account : {member, alone}) {
    EXPECT_EQ(refusal(account), "closed");
    EXPECT_EQ(must(world_.site.accounts.status(account)), iam::AccountStatus::kSuspended);
    EXPECT_EQ(refusal(account), "The provided account is already closed.");
  }
  EXPECT_EQ(snapshot()->node(organizations::node_of(member))->membership->status,
            organizations::MemberStatus::kSuspended);
  EXPECT_TRUE(refusal(kManagement).starts_with("You can't close the management account.")) << refusal(kManagement);
  EXPECT_EQ(must(world_.site.accounts.status(kManagement)), iam::AccountStatus::kActive);
  EXPECT_EQ(refusal(*AccountId::parse("999999999999")), "You specified an account that doesn't exist.");
}

TEST(PageTokens, FitTheListThatTheyWereMadeFor) {
  const std::optional<std::string> none;
  EXPECT_EQ(must(decode_page_token({"ListAccounts", none})), "");
  const std::optional<std::string> token = encode_page_token("ListAccounts", "123456789012");
  EXPECT_EQ(must(decode_page_token({"ListAccounts", token})), "123456789012");
  for (const std::optional<std::string>& bad :
       {std::optional<std::string>(""), std::optional<std::string>("zz"), std::optional<std::string>(*token + "0"),
        std::optional<std::string>(encode_page_token("ListAccounts", ""))}) {
    EXPECT_EQ(decode_page_token({"ListAccounts", bad}).error().code, ErrorCode::kInvalidInput) << *bad;
  }
  EXPECT_EQ(decode_page_token({"ListRoots", token}).error().code, ErrorCode::kInvalidInput);
}

TEST(Bounds, EmailAddresses) {
  for (const char* good : {"a@b.c", "first.last+tag@mail.example.com"})
    EXPECT_TRUE(kEmailPattern.matches(good)) << good;
  for (const char* bad : {"", "a", "a@b", "@b.c", "a@.c", "a@b.", "a b@c.d", "a@b@c.d", "a@b c.d"})
    EXPECT_FALSE(kEmailPattern.matches(bad)) << bad;
}

// A refusal must not repeat what may be somebody's name or address.
TEST(Bounds, ViolationsAreToldInTheWordsOfOrganizations) {
  testing::World world;
  const auto message = [&](std::string_view operation, std::string_view input) {
    const testing::Answer answer = world.call(world.caller(testing::kManagement), operation, input);
    EXPECT_EQ(answer.error, "InvalidInputException");
    return answer.message;
  };
  EXPECT_EQ(message("DescribeAccount", R"({"AccountId":"me"})"),
            "You provided a value that does not match the required pattern.");
  EXPECT_EQ(message("DescribeAccount", "{}"), "You must include a value for all required parameters.");
  EXPECT_EQ(message("CreateOrganization", R"({"FeatureSet":"SOME"})"), "You specified an invalid value.");
  EXPECT_EQ(message("ListAccounts", R"({"MaxResults":21})"),
            "You provided a numeric parameter that has a larger value than allowed.");
  EXPECT_EQ(message("ListAccounts", R"({"MaxResults":0})"),
            "You provided a numeric parameter that has a smaller value than allowed.");
  const std::string secret = message(
      "CreateAccount", R"({"AccountName":"a secret name that is much longer than fifty characters","Email":"a@b.cd"})");
  EXPECT_EQ(secret, "You provided a string parameter that is longer than allowed.");
  EXPECT_EQ(world.call(world.caller(testing::kManagement), "ListAccounts", R"({"MaxResults":"x"})").error,
            "SerializationException");
}

}  // namespace
}  // namespace coffer::organizations_service
