#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "api/testing/owner_authorizer.h"
#include "base/time_text.h"
#include "secrets/testing/store_fixture.h"
#include "services/coffer/rooms.h"
#include "wire/json.h"

namespace coffer::coffer_service {
namespace {

const AccountId kOwner = *AccountId::parse("111111111111");
const AccountId kOther = *AccountId::parse("222222222222");

class ExplainDecisionTest : public secrets::testing::SecretStoreTest {
 protected:
  ~ExplainDecisionTest() override { ::close(log_file_); }

  static access::Explanation denial() {
    return {
        .decision_id = {},
        .time = *parse_iso_basic("20261124T103000Z"),
        .caller = "arn:aws:sts::222222222222:assumed-role/reader/app",
        .caller_account = kOther,
        .action = "kms:Decrypt",
        .resource = "arn:aws:kms:us-east-1:111111111111:key/k",
        .resource_account = kOwner,
        .message = "No.",
        .steps = {{.action = "kms:Decrypt",
                   .resource = "arn:aws:kms:us-east-1:111111111111:key/k",
                   .opinions = {{.policies = "key policy",
                                 .account = kOwner,
                                 .verdict = policy::Verdict::kSilent,
                                 .remark = {},
                                 .is_in_the_way = true,
                                 .statements = {"statement \"Owner\""}},
                                {.policies = "identity policies",
                                 .account = kOther,
                                 .verdict = policy::Verdict::kAllows,
                                 .remark = "to the caller",
                                 .is_in_the_way = false,
                                 .statements = {"Keys statement \"Other\""}}}}},
        .changes = {{.account = kOwner,
                     .where = "the key policy of k",
                     .what = "Add the statement",
                     .details = {"owner's detail"},
                     .statement = "{}"},
                    {.account = kOther, .where = "here", .what = "Do", .details = {"other's detail"}, .statement = {}}},
        .for_caller = {.reasons = {"caller's reason"}, .notes = {}},
        .for_resource = {.reasons = {"owner's reason"}, .notes = {"owner's note"}}};
  }

  // The answer, or "Error: message".
  std::string ask(const AccountId& account, const std::string& id,
                  auth::PrincipalKind kind = auth::PrincipalKind::kRoot) {
    const auth::Caller caller{
        .account = account, .kind = kind, .arn = "arn:aws:iam::" + account.text() + ":root", .user_id = account.text()};
    wire::Document input;
    EXPECT_TRUE(wire::parse_json(R"({"DecisionId": ")" + id + "\"}", {}, input).ok());
    SecretBuffer output;
    wire::JsonEncoder encoder(output);
    const api::Invocation invocation{
        .caller = caller, .now = clock_.now(), .request_id = "1", .authorizer = authorizer_, .resource = &resource_};
    const api::Service service = make_service(rooms_);
    const auto card = std::ranges::find(service.operations, "ExplainDecision", &api::Operation::name);
    const Result<void> done = card->run(invocation, &rooms_, input.root(), encoder);
    if (!done.ok()) return std::string(error_name(done.error().code)) + ": " + done.error().message;
    return std::string(output.view());
  }

  const std::string kNotFound = "ResourceNotFoundException: Coffer can't find the specified decision in this region.";
  int log_file_ = ::memfd_create("log", MFD_CLOEXEC);
  Log log_{clock_, log_file_, LogLevel::kInfo};
  access::ExplanationStore explanations_{log_, 1 << 20};
  const Region home_name_ = *Region::parse("us-east-1");
  const Region other_ = *Region::parse("eu-west-1");
  const RegionList regions_{home_name_, {other_}};
  home::HomeRegion home_{{*store_, random_, regions_, home_name_}};
  Rooms rooms_{explanations_, regions_, home_, secrets_, [] { return RegionReport(); }};
  api::testing::OwnerAuthorizer authorizer_;
  std::string resource_;
};

TEST_F(ExplainDecisionTest, TheCallersAccountSeesItsPart) {
  explanations_.add("7d0c", denial());
  EXPECT_EQ(ask(kOther, "7d0c"),
            R"({"Decisions":[{"DecisionId":"7d0c","Time":1795516200,)"
            R"("Caller":"arn:aws:sts::222222222222:assumed-role/reader/app","CallerAccount":"222222222222",)"
            R"("Action":"kms:Decrypt","Resource":"arn:aws:kms:us-east-1:111111111111:key/k",)"
            R"("ResourceAccount":"111111111111","Message":"No.",)"
            R"("Steps":[{"Action":"kms:Decrypt","Resource":"arn:aws:kms:us-east-1:111111111111:key/k","Opinions":[)"
            R"({"Policies":"key policy","Account":"111111111111","Verdict":"Silent","InTheWay":true,"Statements":[]},)"
            R"({"Policies":"identity policies","Account":"222222222222","Verdict":"Allows","Remark":"to the caller",)"
            R"("InTheWay":false,"Statements":["Keys statement \"Other\""]}]}],)"
            R"("Reasons":["caller's reason"],)"
            R"("Changes":[{"Account":"111111111111","Where":"the key policy of k","What":"Add the statement",)"
            R"("Details":[],"Statement":"{}"},)"
            R"({"Account":"222222222222","Where":"here","What":"Do","Details":["other's detail"]}],"Notes":[]}]})");
}

TEST_F(ExplainDecisionTest, TheResourcesAccountSeesItsPart) {
  explanations_.add("7d0c", denial());
  const std::string answer = ask(kOwner, "7d0c");
  EXPECT_NE(answer.find(R"("Statements":["statement \"Owner\""]})"), answer.npos) << answer;
  EXPECT_NE(answer.find(R"("Details":["owner's detail"])"), answer.npos) << answer;
  EXPECT_NE(answer.find(R"("Reasons":["owner's reason"])"), answer.npos) << answer;
  EXPECT_NE(answer.find(R"("Notes":["owner's note"])"), answer.npos) << answer;
  for (const char* const others : {"Other", "caller's reason", "other's detail"})
    EXPECT_EQ(answer.find(others), answer.npos) << others;
}

// Not even that there is such a decision.
TEST_F(ExplainDecisionTest, OtherAccountsSeeNothing) {
  explanations_.add("7d0c", denial());
  EXPECT_EQ(ask(*AccountId::parse("333333333333"), "7d0c"), kNotFound);
  EXPECT_EQ(ask(kOther, "none"), kNotFound);
}

// The region where a change of identities was asked for has only passed it on.
TEST_F(ExplainDecisionTest, ElsewhereThanInTheHomeTheHomeIsNamed) {
  ASSERT_TRUE(*home_.learn({other_, 2}));
  EXPECT_EQ(ask(kOther, "none"), kNotFound + " Changes of identities are decided in eu-west-1, their home region.");
}

// A BatchGetSecretValue has denials of several accounts.
TEST_F(ExplainDecisionTest, OfARequestOnlyWhatConcernsTheAccount) {
  explanations_.add("7d0c", denial());
  access::Explanation third = denial();
  third.resource_account = *AccountId::parse("333333333333");
  explanations_.add("7d0c", third);
  explanations_.add("7d0c", denial());
  const auto count = [](const std::string& answer) {
    size_t found = 0;
    for (size_t at = answer.find("DecisionId"); at != answer.npos; at = answer.find("DecisionId", at + 1))
      ++found;
    return found;
  };
  EXPECT_EQ(count(ask(kOther, "7d0c")), 3u);
  EXPECT_EQ(count(ask(kOwner, "7d0c")), 2u);
  EXPECT_EQ(count(ask(kOwner, "7d0c-3")), 1u);
  EXPECT_EQ(ask(kOwner, "7d0c-2"), kNotFound);
}

TEST_F(ExplainDecisionTest, ItTakesAPermissionOfItsOwn) {
  explanations_.add("7d0c", denial());
  EXPECT_EQ(ask(kOther, "7d0c", auth::PrincipalKind::kUser).substr(0, 21), "AccessDeniedException");
  EXPECT_EQ(resource_, "arn:aws:coffer:us-east-1:222222222222:decision/7d0c");
}

// It becomes part of an ARN, in which a "*" or a "/" would mean something else.
TEST_F(ExplainDecisionTest, AnIdIsLettersDigitsAndHyphens) {
  for (const char* const bad : {"", "7d0c*", "7d0c/..", "7d0c 2", "${x}"})
    EXPECT_EQ(ask(kOther, bad).substr(0, 19), "ValidationException") << bad;
  EXPECT_EQ(ask(kOther, std::string(65, 'a')).substr(0, 19), "ValidationException");
}

TEST_F(ExplainDecisionTest, TheServiceHasANameOfItsOwn) {
  const api::Service service = make_service(rooms_);
  EXPECT_EQ(service.target_prefix, "Coffer");
  EXPECT_EQ(service.signing_name, "coffer");
  EXPECT_EQ(service.rooms, &rooms_);
  for (const api::Operation& operation : service.operations)
    EXPECT_EQ(operation.action, "coffer:" + std::string(operation.name));
}

}  // namespace
}  // namespace coffer::coffer_service
