// Writes that are done in one region: the front door of the region where they arrive, and that of the home.
#include "api/forwarding.h"

#include <gtest/gtest.h>

#include "api/front_door.h"
#include "api/testing/front_door_fixture.h"

namespace coffer::api {
namespace {

using testing::kKeyId;
using testing::kOtherKeyId;
using testing::Sent;

const Region kHere = *Region::parse("eu-west-1");
const Region kHome = *Region::parse("us-east-1");
constexpr std::string_view kCreated = R"({"Name":"made at home"})";

// The home as the test wants it. Remembers what it was sent.
class FakeHome final : public Forwarder {
 public:
  Result<bool> is_home() const override {
    if (trouble) return *trouble;
    return here.load();
  }

  Forwarded forward(const Forwarding& forwarding, net::Reply& reply) override {
    if (throws) throw std::runtime_error("the value is hunter2");
    const net::Request& request = forwarding.request;
    seen = std::string(request.method) + " " + std::string(request.target) + " " + std::string(request.body) + " " +
           std::string(request.header("x-amz-target").value_or("")) + " " + std::string(request.peer_address);
    is_signed = request.header("authorization").has_value();
    origin = forwarding.origin.region.text() + (forwarding.origin.uses_tls ? " by TLS" : "");
    request_id = forwarding.origin.request_id;
    waited = forwarding.waited;
    ran_on = std::this_thread::get_id();
    if (failure) return {kHome, {}, failure};
    reply.status = status;
    reply.body.append(body);
    return {kHome, error, std::nullopt};
  }

  std::atomic<bool> here = false;
  std::optional<Error> trouble;
  bool throws = false;
  std::optional<Error> failure;
  int status = 200;
  std::string body = std::string(kCreated);
  std::string error;

  std::string seen;
  bool is_signed = false;
  std::string origin;
  std::string request_id;
  Duration waited{-1};
  std::thread::id ran_on;
};

// Tells what a card knows of its client.
struct TellClient {
  static constexpr std::string_view kName = "TellClient";
  static constexpr std::string_view kAction = "others:TellClient";
  static constexpr Effect kEffect = Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidRequest};
  using Rooms = testing::Rooms;
  struct Request {
    std::optional<std::string> name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("Name")};
  };
  struct Response {
    std::string client;
    static constexpr wire::Field kFields[] = {wire::field<&Response::client>("Client")};
  };
  static Result<void> check(const Request&) { return {}; }
  static Result<Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return Resource{.name = "*", .account = caller.account};
  }
  static Result<Response> handle(const Authorized<TellClient>& authorized, Rooms&) {
    const Client& client = authorized.client();
    return Response{.client = std::string(client.address) + (client.uses_tls ? " by TLS" : " in the open")};
  }
};

class ForwardingTest : public testing::FrontDoorTest {
 protected:
  ForwardingTest() {
    writes_ = Writes::kAtHome;
    to_home_.emplace(home_, forwarders_);
    // Signed for the same service, so that the fixture's signatures fit.
    more_services_ = {{.target_prefix = "others",
                       .signing_name = "things",
                       .operations = {operation<TellClient>()},
                       .rooms = &rooms_,
                       .quotas = {},
                       .writes = Writes::kEverywhere}};
    use_workers(1, 4);
  }

  // As the region where it arrived sends it. "status body", or "refused: why".
  std::string forwarded(Sent& sent, const Origin& origin) {
    net::Request request = sent.request();
    request.peer_address = "192.0.2.7:50412";
    net::Reply reply;
    const Result<std::string> error = door_->run_forwarded(request, origin, reply);
    if (!error.ok()) {
      EXPECT_EQ(error.error().code, ErrorCode::kPermission);
      EXPECT_TRUE(reply.body.empty());
      return "refused: " + error.error().message;
    }
    last_error_ = *error;
    return std::to_string(reply.status) + " " + std::string(reply.body.view());
  }
  std::string forwarded(std::string_view target, std::string_view body) {
    return forwarded(*make(target, body), {kHome, "the-id", false});
  }

  FakeHome home_;
  WorkerPool forwarders_{1, 1};
  std::string last_error_;
};

TEST_F(ForwardingTest, WhatIsWrittenAtHomeIsAnsweredByTheHome) {
  const auto sent = make("things.WriteThing", R"({"Name":"a"})");
  deliver(*sent);
  EXPECT_EQ(sent->connection.status(), 200);
  EXPECT_EQ(sent->connection.body(), kCreated);
  EXPECT_EQ(sent->connection.content_type(), "application/x-amz-json-1.1");
  EXPECT_EQ(home_.seen, R"(POST / {"Name":"a"} things.WriteThing 127.0.0.1:1)");
  EXPECT_TRUE(home_.is_signed);
  EXPECT_EQ(home_.origin, "eu-west-1");
  EXPECT_EQ(home_.waited, Duration(0));
  EXPECT_EQ(home_.request_id, sent->connection.header("x-amzn-RequestId"));
  EXPECT_EQ(rooms_.ran_on, std::thread::id()) << "nothing was done here";
  EXPECT_EQ(audit_.last(), "things.WriteThing arn:aws:iam::123456789012:root " + std::string(kKeyId) + "  200");
  EXPECT_EQ(audit_.last_way(), ">us-east-1");
  EXPECT_EQ(audit_.last_request_id(), home_.request_id);
}

TEST_F(ForwardingTest, TheHomesErrorsPassAsTheyAre) {
  home_.status = 400;
  home_.body = R"({"__type":"AccessDeniedException","Message":"No."})";
  home_.error = "AccessDeniedException";
  EXPECT_EQ(call("things.WriteThing", "{}"), R"(400 {"__type":"AccessDeniedException","Message":"No."})");
  EXPECT_EQ(audit_.last(),
            "things.WriteThing arn:aws:iam::123456789012:root " + std::string(kKeyId) + " AccessDeniedException 400");
  // What went wrong there is in the log there.
  home_.status = 500;
  home_.error = "InternalServiceError";
  EXPECT_TRUE(call("things.WriteThing", "{}").starts_with("500"));
  EXPECT_EQ(log().find("request_failed"), std::string::npos);
}

// Reads are answered from what has come here, and other services know no home.
TEST_F(ForwardingTest, EverythingElseIsAnsweredHere) {
  EXPECT_TRUE(call("things.ReadThing", R"({"Name":"a"})").starts_with(R"(200 {"Name":"a")"));
  EXPECT_TRUE(call("things.ScanThings", "{}").starts_with("200"));
  EXPECT_EQ(call("others.TellClient", "{}"), R"(200 {"Client":"127.0.0.1 in the open"})");
  EXPECT_EQ(audit_.last_way(), ">");
  EXPECT_EQ(home_.seen, "");
}

// adopt-home moves it while regions run.
TEST_F(ForwardingTest, WhoIsHomeIsAskedForEveryRequest) {
  EXPECT_EQ(call("things.WriteThing", "{}"), "200 " + std::string(kCreated));
  home_.here = true;
  EXPECT_EQ(call("things.WriteThing", "{}"), R"(200 {"Name":"nobody"})");
  EXPECT_EQ(audit_.last_way(), ">");
  home_.here = false;
  EXPECT_EQ(call("things.WriteThing", "{}"), "200 " + std::string(kCreated));
}

// A stranger must not be able to keep the way to the home busy.
TEST_F(ForwardingTest, OnlyWhatIsSignedAndWithinTheRateIsSent) {
  const auto sent = make("things.WriteThing", R"({"Name":"a"})");
  sent->body = R"({"Name":"b"})";
  deliver(*sent);
  EXPECT_EQ(sent->connection.status(), 400);
  EXPECT_NE(sent->connection.body().find("InvalidSignatureException"), std::string::npos);
  EXPECT_EQ(home_.seen, "");
  EXPECT_EQ(audit_.last_way(), ">");

  quotas_ = {{.name = "writes", .per_second = 1, .operations = {"WriteThing"}}};
  use_workers(1, 4);
  EXPECT_TRUE(call("things.WriteThing", R"({"Name":"first"})").starts_with("200"));
  home_.seen.clear();
  EXPECT_TRUE(call("things.WriteThing", R"({"Name":"second"})").starts_with("400"));
  EXPECT_EQ(home_.seen, "");
}

// Unlike others, this text is for clients: it says where the trouble is, and whether anything was changed.
TEST_F(ForwardingTest, AHomeThatDoesNotAnswerIsNamed) {
  home_.failure = Error{ErrorCode::kHomeUnavailable, "us-east-1 does not answer."};
  EXPECT_EQ(call("things.WriteThing", "{}"),
            R"(503 {"__type":"ServiceUnavailable","Message":"us-east-1 does not answer."})");
  EXPECT_EQ(audit_.last_way(), ">us-east-1");
  EXPECT_NE(log().find("us-east-1 does not answer."), std::string::npos);
}

TEST_F(ForwardingTest, OwnFailuresAreToldInGeneralWords) {
  home_.throws = true;
  EXPECT_TRUE(call("things.WriteThing", "{}").starts_with(R"(500 {"__type":"InternalServiceError")"));
  home_.trouble = Error{ErrorCode::kIo, "row h cannot be read"};
  const std::string answer = call("things.WriteThing", "{}");
  EXPECT_TRUE(answer.starts_with(R"(503 {"__type":"ServiceUnavailable")")) << answer;
  EXPECT_EQ(answer.find("row h"), std::string::npos);
  EXPECT_EQ(log().find("hunter2"), std::string::npos);
}

// Its pool is not that of writes, so that those of secrets do not wait for a slow home.
TEST_F(ForwardingTest, AFullQueueToTheHomeRefusesAndDelaysNobodyElse) {
  std::promise<void> blocking;
  std::promise<void> begun;
  ASSERT_TRUE(forwarders_.submit([&] {
    begun.set_value();
    blocking.get_future().wait();
  }));
  begun.get_future().wait();
  const auto waiting = make("things.WriteThing", "{}");
  door_->handle(waiting->request(), net::Responder(waiting->connection, nullptr));
  EXPECT_TRUE(call("things.WriteThing", "{}").starts_with("503"));
  EXPECT_TRUE(call("others.TellClient", "{}").starts_with("200"));
  clock_.advance(std::chrono::seconds(3));
  blocking.set_value();
  EXPECT_EQ(waiting->connection.wait(), "sent");
  EXPECT_EQ(waiting->connection.body(), kCreated);
  EXPECT_EQ(home_.waited, std::chrono::seconds(3));
}

TEST_F(ForwardingTest, TheHomeRunsWhatArrivedElsewhereAsItsOwn) {
  EXPECT_EQ(forwarded("things.WriteThing", R"({"Name":"a"})"), R"(200 {"Name":"a"})");
  EXPECT_EQ(last_error_, "");
  EXPECT_EQ(rooms_.ran_on, std::this_thread::get_id());
  EXPECT_EQ(audit_.last(), "things.WriteThing arn:aws:iam::123456789012:root " + std::string(kKeyId) + "  200");
  EXPECT_EQ(audit_.last_request_id(), "the-id");
  EXPECT_EQ(audit_.last_source(), "192.0.2.7:50412");
  EXPECT_EQ(audit_.last_way(), "us-east-1>");
  // Asked by whoever forwards: that this region is not home (it is not, here) is no reason to send it on again.
  EXPECT_EQ(home_.seen, "");
}

// The other region may have been broken into: what it says of its clients proves nothing.
TEST_F(ForwardingTest, TheHomeVerifiesTheSignatureItself) {
  const auto sent = make("things.WriteThing", R"({"Name":"a"})");
  sent->body = R"({"Name":"b"})";
  EXPECT_TRUE(forwarded(*sent, {kHome, "the-id", false}).starts_with("400"));
  EXPECT_EQ(last_error_, "InvalidSignatureException");
  EXPECT_EQ(rooms_.ran_on, std::thread::id());
  EXPECT_EQ(audit_.last_way(), "us-east-1>");

  const auto unsigned_one = make("things.WriteThing", "{}");
  std::erase_if(unsigned_one->headers, [](const auto& header) { return header.first == "Authorization"; });
  EXPECT_TRUE(forwarded(*unsigned_one, {kHome, "the-id", false}).starts_with("400"));
  EXPECT_EQ(last_error_, "MissingAuthenticationTokenException");
}

// Otherwise the link would be a second API endpoint.
TEST_F(ForwardingTest, TheHomeTakesNothingButWritesThatAreDoneThere) {
  const std::string refusal = "refused: no operation that is done at home";
  EXPECT_EQ(forwarded("things.ReadThing", R"({"Name":"a"})"), refusal);
  EXPECT_EQ(forwarded("things.ScanThings", "{}"), refusal);
  EXPECT_EQ(forwarded("others.TellClient", "{}"), refusal);
  EXPECT_EQ(forwarded("things.DestroyThing", "{}"), refusal);
  const auto health = make("things.WriteThing", "{}");
  health->method = "GET";
  health->target = "/health";
  EXPECT_EQ(forwarded(*health, {kHome, "the-id", false}), "refused: no call of an operation");
  EXPECT_EQ(audit_.last(), "nothing");
}

// Policies ask where the client is and whether it came by TLS, and mean the client's connection, not the link.
TEST_F(ForwardingTest, TheClientsConnectionIsWhatTheOriginSays) {
  more_services_[0].writes = Writes::kAtHome;
  use_workers(1, 4);
  const auto sent = make("others.TellClient", "{}");
  EXPECT_EQ(forwarded(*sent, {kHome, "the-id", true}), R"(200 {"Client":"192.0.2.7 by TLS"})");
  EXPECT_EQ(forwarded(*sent, {kHome, "the-id", false}), R"(200 {"Client":"192.0.2.7 in the open"})");
}

}  // namespace
}  // namespace coffer::api
