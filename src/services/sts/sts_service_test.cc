#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "api/front_door.h"
#include "api/testing/front_door_fixture.h"
#include "auth/sigv4.h"
#include "services/sts/common_session.h"
#include "services/sts/testing/world.h"

namespace coffer::sts_service::testing {
namespace {

// The front door, the audit and the policies know an operation by what its card says.
TEST(Service, EveryCardSaysWhatItIs) {
  ServiceWorld world;
  EXPECT_EQ(world.service.target_prefix, "");
  EXPECT_EQ(world.service.signing_name, "sts");
  EXPECT_EQ(world.service.query->version, "2011-06-15");
  EXPECT_EQ(world.service.scope_region, api::ScopeRegion::kEndpointOrGlobal);
  std::set<std::string_view> names;
  for (const api::Operation& operation : world.service.operations) {
    EXPECT_TRUE(names.insert(operation.name).second) << operation.name;
    EXPECT_EQ(operation.action, "sts:" + std::string(operation.name));
    const bool is_web_identity = operation.name == "AssumeRoleWithWebIdentity";
    EXPECT_EQ(operation.is_unsigned, is_web_identity) << operation.name;
    EXPECT_EQ(operation.effect, is_web_identity ? api::Effect::kWrites : api::Effect::kReads) << operation.name;
    std::map<api::CountedBy, size_t> quotas;
    for (const api::RequestQuota& quota : world.service.quotas)
      quotas[quota.counted_by] += static_cast<size_t>(std::ranges::count(quota.operations, operation.name));
    EXPECT_EQ(quotas[api::CountedBy::kAccount], 1u) << operation.name;
    EXPECT_EQ(quotas[api::CountedBy::kSource], is_web_identity ? 1u : 0u) << operation.name;
    EXPECT_EQ(operation.rated_by, is_web_identity ? "RoleArn" : "") << operation.name;
  }
  // Neither stands for an operation: no client can call them.
  EXPECT_FALSE(names.contains(action::TagSession::kName));
  EXPECT_FALSE(names.contains(action::SetSourceIdentity::kName));
}

// Through the front door, in the Query dialect, with credentials that STS itself has given.
class FrontDoorTest : public ::testing::Test {
 protected:
  struct Keys {
    std::string id;
    SecretBytes secret;
    std::string token;  // empty: none
  };
  ~FrontDoorTest() override {
    workers_.stop();
    scanners_.stop();
  }

  // "status body"
  std::string call(const Keys& keys, std::string_view form, std::string_view region = "us-east-1") {
    api::testing::Sent sent;
    sent.body = form;
    sent.headers = {{"Host", "localhost"},
                    {"Content-Type", "application/x-www-form-urlencoded"},
                    {"X-Amz-Date", iso_basic(world_.region.clock.now())}};
    if (!keys.token.empty()) sent.headers.emplace_back("X-Amz-Security-Token", keys.token);
    const auth::SigningRequest signing{.method = "POST",
                                       .target = "/",
                                       .headers = {sent.request().headers.begin(), sent.request().headers.end()},
                                       .body = sent.body};
    sent.headers.emplace_back(
        "Authorization",
        auth::sign(signing, keys.id, keys.secret, {.region = region, .service = "sts"}, world_.region.clock.now()));
    door_.handle(sent.request(), net::Responder(sent.connection, nullptr));
    EXPECT_EQ(sent.connection.wait(), "sent");
    return std::to_string(sent.connection.status()) + " " + sent.connection.body();
  }
  static std::string element(std::string_view xml, const std::string& name) {
    const size_t begin = xml.find("<" + name + ">") + name.size() + 2;
    return std::string(xml.substr(begin, xml.find("</" + name + ">") - begin));
  }
  static Keys keys_of(std::string_view xml) {
    return {element(xml, "AccessKeyId"), SecretBytes::copy_of(element(xml, "SecretAccessKey")),
            element(xml, "SessionToken")};
  }
  Keys make_key_of_alice() {
    auto key = sts::testing::must(iam::create_access_key(
        world_.region.store, {.account = sts::testing::kAccount, .kind = iam::EntityKind::kUser, .name = "alice"}));
    return {key.key.id.text(), std::move(key.secret), ""};
  }

  ServiceWorld world_;
  const Keys alice_ = make_key_of_alice();
  api::testing::RecordingAudit audit_;
  WorkerPool workers_{1, 4};
  WorkerPool scanners_{1, 4};
  api::FrontDoor door_{{.region = *Region::parse("eu-west-1"),
                        .credentials = world_.region.credentials,
                        .authorizer = world_.authorizer,
                        .clock = world_.region.clock,
                        .random = world_.random,
                        .workers = workers_,
                        .scanners = scanners_,
                        .healthy = [] { return true; },
                        .audit = audit_,
                        .log = world_.log},
                       {world_.service}};
};

constexpr std::string_view kAssume =
    "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fapp%2Freader"
    "&RoleSessionName=deploy&DurationSeconds=900";
constexpr std::string_view kWhoAmI = "Action=GetCallerIdentity&Version=2011-06-15";

TEST_F(FrontDoorTest, ASessionSignsWithWhatItWasGiven) {
  const std::string assumed = call(alice_, kAssume);
  ASSERT_TRUE(assumed.starts_with("200 ")) << assumed;
  EXPECT_EQ(element(assumed, "Expiration"), "2026-11-24T10:45:00Z");
  for (const char* region : {"us-east-1", "eu-west-1"}) {
    const std::string answer = call(keys_of(assumed), kWhoAmI, region);
    ASSERT_TRUE(answer.starts_with("200 ")) << answer;
    EXPECT_EQ(element(answer, "Arn"), "arn:aws:sts::123456789012:assumed-role/reader/deploy");
  }
  EXPECT_TRUE(audit_.last().starts_with("sts.GetCallerIdentity arn:aws:sts::123456789012:assumed-role/reader/deploy"))
      << audit_.last();
}

TEST_F(FrontDoorTest, ASessionThatIsOverOrWhoseRoleIsGoneSignsNothing) {
  const Keys session = keys_of(call(alice_, kAssume));
  world_.region.clock.advance(std::chrono::minutes(15));
  const std::string expired = call(session, kWhoAmI);
  EXPECT_TRUE(expired.starts_with("403 ")) << expired;
  EXPECT_EQ(element(expired, "Code"), "ExpiredToken");
  EXPECT_EQ(element(expired, "Message"), "The security token included in the request is expired");

  const Keys another = keys_of(call(alice_, kAssume));
  world_.region.delete_role("reader");
  const std::string gone = call(another, kWhoAmI);
  EXPECT_TRUE(gone.starts_with("403 ")) << gone;
  EXPECT_EQ(element(gone, "Code"), "InvalidClientTokenId");
}

TEST_F(FrontDoorTest, ATokenDoesNotSignForAnotherKey) {
  const Keys one = keys_of(call(alice_, kAssume));
  const Keys other = keys_of(call(alice_, kAssume));
  const std::string mixed = call({one.id, one.secret.clone(), other.token}, kWhoAmI);
  EXPECT_EQ(element(mixed, "Code"), "InvalidClientTokenId");
  const std::string unsigned_token = call({one.id, one.secret.clone(), ""}, kWhoAmI);
  EXPECT_EQ(element(unsigned_token, "Code"), "InvalidClientTokenId");
}

TEST_F(FrontDoorTest, OperationsThatDoNotExistAreUnknown) {
  for (const char* name : {"AssumeRoleWithSAML", "DecodeAuthorizationMessage", "AssumeRoot", "GetWebIdentityToken"}) {
    const std::string answer = call(alice_, "Action=" + std::string(name) + "&Version=2011-06-15");
    EXPECT_TRUE(answer.starts_with("400 ")) << answer;
    EXPECT_EQ(element(answer, "Code"), "InvalidAction") << name;
  }
}

}  // namespace
}  // namespace coffer::sts_service::testing
