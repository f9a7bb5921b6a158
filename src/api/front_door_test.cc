#include "api/front_door.h"

#include <gtest/gtest.h>

#include <map>

#include "api/testing/front_door_fixture.h"

namespace coffer::api {
namespace {

using testing::kKeyId;
using testing::kOtherKeyId;
using testing::kScope;
using testing::kSecret;
using testing::Sent;
class FrontDoorTest : public testing::FrontDoorTest {};

// --- the way through ---------------------------------------------------------------------------------------------

TEST_F(FrontDoorTest, AReadIsAnsweredOnTheCallingThread) {
  EXPECT_EQ(call("things.ReadThing", R"({"Name":"a","Echo":"p\"w"})"),
            R"(200 {"Name":"a","Caller":"arn:aws:iam::123456789012:root","Echo":"p\"w"})");
  EXPECT_EQ(rooms_.ran_on, std::this_thread::get_id());
  EXPECT_EQ(audit_.last(), "things.ReadThing arn:aws:iam::123456789012:root AKIAIOSFODNN7EXAMPLE  200");
}

TEST_F(FrontDoorTest, AWriteIsAnsweredByAWorker) {
  EXPECT_EQ(call("things.WriteThing", R"({"Name":"a"})"), R"(200 {"Name":"a"})");
  EXPECT_NE(rooms_.ran_on, std::this_thread::get_id());
  EXPECT_EQ(audit_.last(), "things.WriteThing arn:aws:iam::123456789012:root AKIAIOSFODNN7EXAMPLE  200");
}

TEST_F(FrontDoorTest, AScanIsAnsweredByAScanner) {
  EXPECT_EQ(call("things.ScanThings", ""), R"(200 {"Name":"all"})");
  EXPECT_NE(rooms_.ran_on, std::this_thread::get_id());
}

TEST_F(FrontDoorTest, AnEmptyBodyMeansAnEmptyObject) {
  EXPECT_EQ(call("things.WriteThing", ""), R"(200 {"Name":"nobody"})");
}

TEST_F(FrontDoorTest, AnOperationWithoutOutputAnswersWithAnEmptyBody) {
  EXPECT_EQ(call("things.TouchThing", "{}"), "200 ");
}

// Clients that are not SDKs send what their HTTP library puts there, or nothing.
TEST_F(FrontDoorTest, TheContentTypeOfARequestIsNotLookedAt) {
  for (const char* type : {"", "application/x-amz-json-1.0", "application/x-www-form-urlencoded", "text/plain"}) {
    const auto sent = make("things.ReadThing", R"({"Name":"lamp"})");
    sent->headers.emplace_back("Content-Type", type);
    deliver(*sent);
    EXPECT_EQ(sent->connection.status(), 200) << type << ": " << sent->connection.body();
    EXPECT_EQ(sent->connection.content_type(), "application/x-amz-json-1.1") << type;
  }
}

TEST_F(FrontDoorTest, EveryRequestHasItsOwnId) {
  call("things.WriteThing", "");
  const std::string first = audit_.last_request_id();
  call("things.WriteThing", "");
  EXPECT_NE(audit_.last_request_id(), first);
}

// --- freshness ---------------------------------------------------------------------------------------------------

TEST_F(FrontDoorTest, HowFarACopyMayBeBehindIsToldInAHeader) {
  for (const auto& [name, lag] :
       std::map<std::string, std::string>{{"copy", "1250"}, {"copies", "unknown"}, {"a", ""}}) {
    const auto sent = make("things.ReadThing", R"({"Name":")" + name + R"("})");
    deliver(*sent);
    EXPECT_EQ(sent->connection.status(), 200);
    EXPECT_EQ(sent->connection.header("x-coffer-replication-lag-ms"), lag) << name << ": of several the furthest";
  }
}

// The demand reaches the card, signed or not, and a refusal tells the lag too.
TEST_F(FrontDoorTest, ADemandForFreshnessReachesTheCard) {
  for (const auto& [seconds, status] : std::map<std::string, int>{{"1.25", 200}, {"1.249", 400}}) {
    const auto sent = make("things.ReadThing", R"({"Name":"copy"})");
    sent->headers.emplace_back("X-Coffer-Max-Staleness", seconds);
    deliver(*sent);
    EXPECT_EQ(sent->connection.status(), status) << sent->connection.body();
    EXPECT_EQ(sent->connection.header("x-coffer-replication-lag-ms"), "1250");
    if (status == 200) continue;
    EXPECT_EQ(sent->connection.body(), R"({"__type":"PreconditionNotMetException","Message":"It is too old."})");
  }
}

TEST_F(FrontDoorTest, ADemandThatIsNotUnderstoodIsRefused) {
  const auto sent = make("things.ReadThing", R"({"Name":"copy"})");
  sent->headers.emplace_back("x-coffer-max-staleness", "soon");
  deliver(*sent);
  EXPECT_EQ(sent->connection.status(), 400);
  EXPECT_EQ(
      sent->connection.body(),
      R"({"__type":"ValidationException","message":"x-coffer-max-staleness must be a number of seconds from 0 to )"
      R"(31536000, with at most three digits behind the point."})");
}

// An operation that would not keep it must not seem to.
TEST_F(FrontDoorTest, ADemandThatACardDoesNotHeedIsRefused) {
  const auto sent = make("things.WriteThing", R"({"Name":"a"})");
  sent->headers.emplace_back("x-coffer-min-version", "11111111-1111-1111-1111-111111111111");
  deliver(*sent);
  EXPECT_EQ(sent->connection.body(),
            R"({"__type":"ValidationException","message":"x-coffer-min-version is not supported by WriteThing."})");
}

// --- refusals ----------------------------------------------------------------------------------------------------

TEST_F(FrontDoorTest, UnknownOperationsAreReportedBeforeTheSignatureIsLookedAt) {
  for (const char* target :
       {"things.Nothing", "other.ReadThing", "ReadThing", "things.", ".", "", "things.readthing"}) {
    EXPECT_EQ(call(target, "{}"), R"(400 {"__type":"UnknownOperationException"})") << target;
  }
  Sent bare;
  deliver(bare);
  EXPECT_EQ(bare.connection.body(), R"({"__type":"UnknownOperationException"})");
  EXPECT_EQ(audit_.last(), ".   UnknownOperationException 400");
}

TEST_F(FrontDoorTest, RefusalsOfTheFrontEndSpellMessageSmall) {
  Sent bare;
  bare.headers = {{"X-Amz-Target", "things.ReadThing"}};
  deliver(bare);
  EXPECT_EQ(bare.connection.body(),
            R"({"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"})");
  EXPECT_EQ(
      call("things.ReadThing", "{}"),
      R"(400 {"__type":"ValidationException","message":"1 validation error detected: Value null at 'name' failed to )"
      R"(satisfy constraint: Member must not be null"})");
  EXPECT_EQ(call("things.ReadThing", "{"), R"(400 {"__type":"SerializationException"})");
  EXPECT_EQ(call("things.ReadThing", R"({"Name":1})"),
            R"(400 {"__type":"SerializationException","message":"NUMBER_VALUE can not be converted to a String"})");
}

TEST_F(FrontDoorTest, RefusalsOfTheServiceSpellMessageLarge) {
  EXPECT_EQ(call("things.ReadThing", R"({"Name":"missing"})"),
            R"(400 {"__type":"ResourceNotFoundException","Message":"Can't find the specified thing."})");
  EXPECT_EQ(call("things.ReadThing", R"({"Name":"unchecked"})"),
            R"(400 {"__type":"InvalidParameterException","Message":"Not that name."})");
  EXPECT_EQ(audit_.last(),
            "things.ReadThing arn:aws:iam::123456789012:root AKIAIOSFODNN7EXAMPLE InvalidParameterException 400");
}

TEST_F(FrontDoorTest, AWrongSignatureNamesTheClaimedKeyInTheAudit) {
  const auto sent = make("things.ReadThing", R"({"Name":"a"})");
  sent->body += " ";
  deliver(*sent);
  EXPECT_TRUE(
      sent->connection.body().starts_with(R"({"__type":"InvalidSignatureException","message":"The request sig)"));
  EXPECT_EQ(audit_.last(), "things.ReadThing  AKIAIOSFODNN7EXAMPLE InvalidSignatureException 400");
}

TEST_F(FrontDoorTest, NobodyReachesAHandlerWithoutPermission) {
  rooms_.owner = "999999999999";
  const std::string answer = call("things.ReadThing", R"({"Name":"a"})");
  EXPECT_TRUE(
      answer.starts_with(R"(400 {"__type":"AccessDeniedException","Message":"User: arn:aws:iam::123456789012:root )"
                         R"(is not authorized to perform: things:ReadThing on resource: arn:things:a)"))
      << answer;
  EXPECT_EQ(rooms_.ran_on, std::thread::id());
}

// The client learns nothing; the log says what happened, under the request's id.
TEST_F(FrontDoorTest, InternalFailuresAreLoggedAndNotTold) {
  EXPECT_EQ(call("things.ReadThing", R"({"Name":"broken"})"),
            R"(500 {"__type":"InternalServiceError","Message":"An error occurred on the server side."})");
  EXPECT_NE(log().find("row 7 of the store is damaged"), std::string::npos);
  EXPECT_NE(log().find(audit_.last_request_id()), std::string::npos);
  EXPECT_EQ(call("things.ReadThing", R"({"Name":"disk"})"),
            R"(503 {"__type":"ServiceUnavailable","Message":"The service is temporarily unavailable. Try again."})");
  EXPECT_EQ(audit_.last(),
            "things.ReadThing arn:aws:iam::123456789012:root AKIAIOSFODNN7EXAMPLE ServiceUnavailable 503");
}

TEST_F(FrontDoorTest, AnExceptionFailsOneRequestAndItsTextIsNotLogged) {
  for (const char* name : {"throws", "exhausted"}) {
    EXPECT_EQ(call("things.ReadThing", "{\"Name\":\"" + std::string(name) + "\"}"),
              R"(500 {"__type":"InternalServiceError","Message":"An error occurred on the server side."})");
  }
  EXPECT_NE(log().find("runtime_error"), std::string::npos);
  EXPECT_EQ(log().find("hunter2"), std::string::npos);
  EXPECT_TRUE(call("things.ReadThing", R"({"Name":"a"})").starts_with("200"));
}

// Who is between the client and us must not be able to turn a signed read into a signed deletion.
TEST_F(FrontDoorTest, TheOperationMustBeSigned) {
  const auto sent = make("things.ReadThing", R"({"Name":"a"})");
  sent->headers.pop_back();
  auth::SigningRequest signing{
      .method = "POST", .target = "/", .headers = {sent->request().headers.begin(), sent->request().headers.end()}};
  std::erase_if(signing.headers, [](const net::Header& header) { return header.name == "X-Amz-Target"; });
  signing.body = sent->body;
  sent->headers.emplace_back("Authorization",
                             auth::sign(signing, kKeyId, SecretBytes::copy_of(kSecret), kScope, clock_.now()));
  deliver(*sent);
  EXPECT_EQ(sent->connection.body(),
            R"({"__type":"InvalidSignatureException","message":"'x-amz-target' must be a 'SignedHeader' in the AWS )"
            R"(Authorization."})");
}

// "Who has read this?" is the question that an audit is for. Also when the answer was no.
TEST_F(FrontDoorTest, TheAuditNamesTheResource) {
  call("things.ReadThing", R"({"Name":"a"})");
  EXPECT_EQ(audit_.last_resource(), "arn:things:a");
  rooms_.owner = "210987654321";
  call("things.ReadThing", R"({"Name":"b"})");
  EXPECT_EQ(audit_.last_resource(), "arn:things:b");
  call("things.ReadThing", R"({"Name":5})");
  EXPECT_EQ(audit_.last_resource(), "");
}

// One line that says "*" would not tell who has read what.
TEST_F(FrontDoorTest, TheAuditTellsEachThingThatARequestTried) {
  EXPECT_EQ(call("things.ReadThings", R"({"Names":["a","theirs","missing","b"]})"),
            R"(200 {"Outcomes":["read","not read","not read","read"]})");
  EXPECT_EQ(audit_.outcomes(), (std::vector<std::string>{"ReadThing arn:things:a  200",
                                                         "ReadThing arn:things:theirs AccessDeniedException 400",
                                                         "ReadThing arn:things:missing ResourceNotFoundException 400",
                                                         "ReadThing arn:things:b  200", "ReadThings *  200"}));
  EXPECT_EQ(log(), "");
  call("things.ReadThing", R"({"Name":"a"})");
  EXPECT_EQ(audit_.outcomes(), std::vector<std::string>{"ReadThing arn:things:a  200"});
}

// What was read before was read, and whoever looks for a leak must find it.
TEST_F(FrontDoorTest, TheAuditTellsWhatARequestTriedBeforeItFailed) {
  EXPECT_TRUE(call("things.ReadThings", R"({"Names":["a","unnameable","b"]})").starts_with("400"));
  EXPECT_EQ(audit_.outcomes(),
            (std::vector<std::string>{"ReadThing arn:things:a  200", "ReadThing unnameable ValidationException 400",
                                      "ReadThings * ValidationException 400"}));
  EXPECT_TRUE(call("things.ReadThings", R"({"Names":["a","throws","b"]})").starts_with("500"));
  EXPECT_EQ(audit_.outcomes(), (std::vector<std::string>{"ReadThing arn:things:a  200",
                                                         "ReadThing arn:things:throws InternalServiceError 500",
                                                         "ReadThings * InternalServiceError 500"}));
  EXPECT_EQ(log().find("hunter2"), std::string::npos);
}

// The call succeeds; that something is damaged must be seen all the same.
TEST_F(FrontDoorTest, WhatIsBrokenOfOneThingIsLogged) {
  EXPECT_EQ(call("things.ReadThings", R"({"Names":["a","broken"]})"), R"(200 {"Outcomes":["read","not read"]})");
  EXPECT_EQ(audit_.outcomes(),
            (std::vector<std::string>{"ReadThing arn:things:a  200",
                                      "ReadThing arn:things:broken InternalServiceError 500", "ReadThings *  200"}));
  EXPECT_NE(
      log().find("\"operation\":\"ReadThing\",\"error\":\"Corrupt\",\"message\":\"row 7 of the store is damaged\""),
      std::string::npos)
      << log();
  EXPECT_NE(log().find(audit_.last_request_id()), std::string::npos);
}

// What is silently missing from a list is missed by nobody until it is needed.
TEST_F(FrontDoorTest, WhatAnAnswerLeavesOutIsLogged) {
  EXPECT_EQ(call("things.ReadThings", R"({"Names":["a","lost"]})"), R"(200 {"Outcomes":["read"]})");
  const std::string line =
      R"("operation":"ReadThings","error":"Corrupt","message":"row 9 of the store is damaged","count":30})";
  const std::string log = this->log();
  size_t lines = 0;
  for (size_t at = log.find(line); at != std::string::npos; at = log.find(line, at + 1))
    ++lines;
  EXPECT_EQ(lines, 20u) << "as many as make sense";
  EXPECT_NE(log.find("answer_incomplete"), std::string::npos);
}

TEST_F(FrontDoorTest, AFullQueueOfWritesIsAnsweredAtOnce) {
  use_workers(1, 1);
  std::promise<void> started;
  std::promise<void> release;
  std::shared_future<void> proceed = release.get_future().share();
  rooms_.started = &started;
  rooms_.proceed = &proceed;
  const auto running = make("things.WriteThing", R"({"Name":"running"})");
  door_->handle(running->request(), net::Responder(running->connection, nullptr));
  started.get_future().wait();
  rooms_.started = nullptr;
  const auto queued = make("things.WriteThing", R"({"Name":"queued"})");
  door_->handle(queued->request(), net::Responder(queued->connection, nullptr));
  EXPECT_EQ(call("things.WriteThing", ""),
            R"(503 {"__type":"ServiceUnavailable","Message":"The service is temporarily unavailable. Try again."})");
  EXPECT_TRUE(call("things.ReadThing", R"({"Name":"a"})").starts_with("200"));
  release.set_value();
  EXPECT_EQ(running->connection.wait(), "sent");
  EXPECT_EQ(queued->connection.wait(), "sent");
  EXPECT_EQ(queued->connection.body(), R"({"Name":"queued"})");
}

// Anybody who may list can keep every scanner busy: that must cost those who list, and nobody else.
TEST_F(FrontDoorTest, ScansDoNotKeepWritesWaiting) {
  use_workers(1, 1);
  std::promise<void> started;
  std::promise<void> release;
  std::shared_future<void> proceed = release.get_future().share();
  rooms_.started = &started;
  rooms_.proceed = &proceed;
  const auto running = make("things.ScanThings", R"({"Name":"running"})");
  door_->handle(running->request(), net::Responder(running->connection, nullptr));
  started.get_future().wait();
  rooms_.started = nullptr;
  const auto queued = make("things.ScanThings", R"({"Name":"queued"})");
  door_->handle(queued->request(), net::Responder(queued->connection, nullptr));
  EXPECT_EQ(call("things.ScanThings", ""),
            R"(503 {"__type":"ServiceUnavailable","Message":"The service is temporarily unavailable. Try again."})");
  EXPECT_NE(log().find("the queue of scans is full"), std::string::npos);
  EXPECT_EQ(call("things.WriteThing", R"({"Name":"a"})"), R"(200 {"Name":"a"})");
  release.set_value();
  EXPECT_EQ(running->connection.wait(), "sent");
  EXPECT_EQ(queued->connection.wait(), "sent");
}

TEST_F(FrontDoorTest, AnErrorThatRepeatsBinaryInputIsStillValidJson) {
  net::Reply reply;
  write_error({ErrorCode::kIncompleteSignature, "got '\xff\"'"}, reply);
  EXPECT_EQ(reply.body.view(), R"({"__type":"IncompleteSignatureException","message":"got '?\"'"})");
}

// --- rates -------------------------------------------------------------------------------------------------------

TEST_F(FrontDoorTest, ARequestOverTheRateIsRefusedUnreadAndAudited) {
  quotas_ = {{.name = "write_thing", .per_second = 2, .operations = {"WriteThing"}}};
  use_workers(1, 4);
  EXPECT_EQ(call("things.WriteThing", R"({"Name":"a"})"), R"(200 {"Name":"a"})");
  EXPECT_EQ(call("things.WriteThing", R"({"Name":"b"})"), R"(200 {"Name":"b"})");
  rooms_.ran_on = {};
  const std::string refused = R"(400 {"__type":"ThrottlingException","message":"Rate exceeded"})";
  EXPECT_EQ(call("things.WriteThing", R"({"Name":"c"})"), refused);
  EXPECT_EQ(audit_.last(),
            "things.WriteThing arn:aws:iam::123456789012:root AKIAIOSFODNN7EXAMPLE ThrottlingException 400");
  EXPECT_EQ(call("things.WriteThing", "not JSON"), refused);
  EXPECT_EQ(rooms_.ran_on, std::thread::id());
  EXPECT_EQ(log(), "");
  clock_.advance(std::chrono::milliseconds(500));
  EXPECT_EQ(call("things.WriteThing", R"({"Name":"d"})"), R"(200 {"Name":"d"})");
  EXPECT_EQ(call("things.WriteThing", R"({"Name":"e"})"), refused);
}

TEST_F(FrontDoorTest, ARateIsOfOneAccountAndOneQuota) {
  quotas_ = {{.name = "changes", .per_second = 2, .operations = {"WriteThing", "TouchThing", "NotThereYet"}},
             {.name = "read_thing", .per_second = 1, .operations = {"ReadThing"}}};
  use_workers(1, 4);
  EXPECT_TRUE(call("things.WriteThing", "").starts_with("200"));
  EXPECT_TRUE(call("things.TouchThing", "").starts_with("200"));
  EXPECT_NE(call("things.TouchThing", "").find("ThrottlingException"), std::string::npos);
  EXPECT_NE(call("things.WriteThing", "").find("ThrottlingException"), std::string::npos);
  EXPECT_TRUE(call("things.WriteThing", "", kOtherKeyId).starts_with("200"));
  EXPECT_TRUE(call("things.ReadThing", R"({"Name":"a"})").starts_with("200"));
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(call("things.ScanThings", "").starts_with("200")) << "in no quota";
}

// Or anybody could use up an account's rate by naming one of its keys.
TEST_F(FrontDoorTest, ARequestWithABadSignatureIsNotCounted) {
  quotas_ = {{.name = "write_thing", .per_second = 1, .operations = {"WriteThing"}}};
  use_workers(1, 4);
  for (int i = 0; i < 5; ++i) {
    const auto forged = make("things.WriteThing", "{}");
    forged->body += " ";
    deliver(*forged);
    EXPECT_NE(forged->connection.body().find("InvalidSignatureException"), std::string::npos);
  }
  EXPECT_TRUE(call("things.WriteThing", "").starts_with("200"));
}

// --- what is no signed request -----------------------------------------------------------------------------------

TEST_F(FrontDoorTest, HealthNeedsNoSignature) {
  Sent sent;
  sent.method = "GET";
  sent.target = "/health";
  deliver(sent);
  EXPECT_EQ(sent.connection.status(), 200);
  EXPECT_EQ(sent.connection.body(), R"({"status":"ok"})");
  EXPECT_EQ(sent.connection.header("x-amzn-RequestId").size(), 36u);
}

// A store that has failed a commit fails all of them until the process restarts: somebody has to learn of it.
TEST_F(FrontDoorTest, HealthTellsThatWritesFail) {
  healthy_ = false;
  Sent sent;
  sent.method = "GET";
  sent.target = "/health";
  deliver(sent);
  EXPECT_EQ(sent.connection.status(), 503);
  EXPECT_EQ(sent.connection.body(), R"({"status":"not accepting writes"})");
  EXPECT_EQ(sent.connection.content_type(), "application/json");
}

TEST_F(FrontDoorTest, OtherPathsAndMethodsDoNotExist) {
  for (const auto& [method, target] : {std::pair("GET", "/"),
                                       {"POST", "/health"},
                                       {"POST", "/x"},
                                       {"POST", "/?a"},
                                       {"PUT", "/"},
                                       {"GET", "/../health"}}) {
    const auto sent = make("things.ReadThing", R"({"Name":"a"})");
    sent->method = method;
    sent->target = target;
    deliver(*sent);
    EXPECT_EQ(sent->connection.status(), 404) << method << target;
    EXPECT_EQ(
        sent->connection.body(),
        R"({"__type":"UnknownOperationException","message":"Requests are POST / with X-Amz-Target, or with a form )"
        R"(that has Action and Version. GET /health tells whether the server is up."})");
  }
}

TEST_F(FrontDoorTest, WhatNeverBecameARequestIsRefusedInAwsShape) {
  const std::pair<int, std::string_view> cases[] = {{400, "MalformedHttpRequestException"},
                                                    {408, "RequestTimeoutException"},
                                                    {413, "RequestEntityTooLargeException"},
                                                    {431, "RequestHeaderSectionTooLarge"},
                                                    {503, "ServiceUnavailable"}};
  for (const auto& [status, type] : cases) {
    net::Reply reply;
    door_->refuse(status, reply);
    EXPECT_EQ(reply.status, status);
    EXPECT_TRUE(reply.body.view().starts_with("{\"__type\":\"" + std::string(type) + "\"")) << reply.body.view();
    ASSERT_EQ(reply.headers.size(), 1u);
    EXPECT_EQ(reply.headers[0].first, "x-amzn-RequestId");
    EXPECT_EQ(reply.headers[0].second.size(), 36u);
  }
}

}  // namespace
}  // namespace coffer::api
