// Both ends of the way to the home region of identities, HomeForwarder and ForwardDoor, with a network between them
// that the test plays.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <future>

#include "replication/forward_door.h"
#include "replication/home_forwarder.h"
#include "replication/peer_door.h"
#include "replication/replicator.h"
#include "replication/testing/fake_link.h"
#include "replication/testing/loopback.h"

namespace coffer::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::FakeLink;
using testing::LoopbackClient;
using testing::TestRegion;
using Weather = LoopbackClient::Weather;

const Region kEast = *Region::parse("us-east-1");
const Region kWest = *Region::parse("us-west-2");
const Region kEurope = *Region::parse("eu-west-1");

// The home's front door as the test wants it. Remembers what it was given.
class FakeRequests final : public api::ForwardedRequests {
 public:
  Result<std::string> run_forwarded(const net::Request& request, const api::Origin& origin,
                                    net::Reply& reply) override {
    ++run;
    seen = std::string(request.method) + " " + std::string(request.target) + " " + std::string(request.body) + " " +
           std::string(request.header("x-test").value_or("")) + " from " + std::string(request.peer_address) + " in " +
           origin.region.text() + (origin.uses_tls ? " by TLS" : "") + ", " + std::string(origin.request_id);
    if (throws) throw std::runtime_error("the value is hunter2");
    if (refusal) return *refusal;
    if (change) change();
    reply.status = status;
    reply.body.append(body);
    return error;
  }

  int run = 0;
  std::string seen;
  bool throws = false;
  std::optional<Error> refusal;
  std::function<void()> change;
  int status = 200;
  std::string body = "<CreateUserResponse/>";
  std::string error;
};

// A region whose link listener takes forwarded requests.
struct Site {
  Site(const testing::World& world, const Region& self, std::vector<Region> peers)
      : region(world, self),
        forwards({requests, region.home, *region.store, region.kinds, workers, world.clock, world.log}),
        door(
            {region.applier, region.lags, peer_workers, world.random, world.log, {self, std::move(peers)}, &forwards}) {
  }

  TestRegion region;
  FakeRequests requests;
  WorkerPool workers{1, 1};
  WorkerPool peer_workers{1, 4};
  ForwardDoor forwards;
  PeerDoor door;
  net::Handler* handler = &door;
};

// Tells when the door has taken a request.
struct TellingHandler final : net::Handler {
  explicit TellingHandler(net::Handler& door) : door(door) {}
  void handle(const net::Request& request, net::Responder responder) override {
    door.handle(request, std::move(responder));
    handled.set_value();
  }
  void refuse(int status, net::Reply& reply) override { door.refuse(status, reply); }

  net::Handler& door;
  std::promise<void> handled;
};

// Keeps what it sends, and gets no answer.
class SlowClient final : public net::HttpClient {
 public:
  static constexpr seconds kConnecting{2};
  SlowClient(ManualClock& clock, std::string& sent) : clock_(clock), sent_(sent) {}
  Result<void> connect(Duration) override {
    clock_.advance(kConnecting);
    return {};
  }
  Result<net::ClientResponse> send(const net::ClientRequest& request, Duration) override {
    sent_ = request.body;
    return Error{ErrorCode::kTimeout, "no answer"};
  }
  bool was_unread() const override { return false; }

 private:
  ManualClock& clock_;
  std::string& sent_;
};

// Requests arrive in us-west-2; us-east-1 is home.
class HomeForwardingTest : public ::testing::Test {
 protected:
  ~HomeForwardingTest() override { ::close(null_); }

  std::unique_ptr<net::HttpClient> connect(const Region& region) {
    Site& site = region == kEast ? east_ : europe_;
    auto client = std::make_unique<LoopbackClient>(site.handler, "us-west-2");
    client->weather = weather_;
    last_client_ = client.get();
    ++clients_;
    return client;
  }

  // The pool's only thread, until told to go on.
  static void keep_busy(WorkerPool& pool, std::future<void> proceed) {
    std::promise<void> begun;
    ASSERT_TRUE(pool.submit([&begun, proceed = std::move(proceed)] {
      begun.set_value();
      proceed.wait();
    }));
    begun.get_future().wait();
  }

  // "status body error", or the failure.
  std::string forward(Duration waited = Duration(0)) {
    const net::Header headers[] = {{"X-Test", "a header"}};
    net::Request request;
    request.method = "POST";
    request.target = "/?x=1";
    request.headers = headers;
    request.body = "Action=CreateUser";
    request.peer_address = "192.0.2.7:50412";
    const api::Origin origin{kWest, "the-id", true};
    net::Reply reply;
    const api::Forwarded forwarded = forwarder_.forward({request, origin, waited}, reply);
    asked_ = forwarded.home;
    if (!forwarded.failure) {
      return std::to_string(reply.status) + " " + std::string(reply.body.view()) + " " + forwarded.error;
    }
    EXPECT_EQ(forwarded.failure->code, ErrorCode::kHomeUnavailable);
    EXPECT_TRUE(reply.body.empty());
    return forwarded.failure->message;
  }

  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ManualClock clock_{Time(std::chrono::hours(480'000))};
  const Log log_{clock_, null_, LogLevel::kError};
  SeededRandom random_{11};
  const testing::World world_{clock_, random_, {kEast, kWest, kEurope}, log_};
  Site east_{world_, kEast, {kWest, kEurope}};
  Site europe_{world_, kEurope, {kEast, kWest}};
  TestRegion west_{world_, kWest};
  home::Arrivals arrivals_{*west_.store};
  Weather weather_ = Weather::kFine;
  LoopbackClient* last_client_ = nullptr;
  int clients_ = 0;
  Region asked_;
  HomeForwarder forwarder_{{.home = west_.home,
                            .arrivals = arrivals_,
                            .clock = clock_,
                            .log = log_,
                            .make_client = [this](const Region& region) { return connect(region); },
                            .patience = milliseconds(50)}};
};

TEST_F(HomeForwardingTest, ARequestRunsInTheHomeAndItsAnswerComesBack) {
  EXPECT_FALSE(*forwarder_.is_home());
  EXPECT_EQ(forward(), "200 <CreateUserResponse/> ");
  EXPECT_EQ(asked_, kEast);
  EXPECT_EQ(east_.requests.seen,
            "POST /?x=1 Action=CreateUser a header from 192.0.2.7:50412 in us-west-2 by TLS, the-id");
  east_.requests.status = 409;
  east_.requests.error = "EntityAlreadyExistsException";
  EXPECT_EQ(forward(), "409 <CreateUserResponse/> EntityAlreadyExistsException");
  EXPECT_EQ(clients_, 1) << "the connection is kept";
}

TEST_F(HomeForwardingTest, AHomeThatCannotBeReachedHasChangedNothing) {
  weather_ = Weather::kNoConnection;
  EXPECT_EQ(forward(), "Identities are changed in us-east-1, which does not answer. Nothing was changed.");
  EXPECT_EQ(asked_, kEast);
  EXPECT_EQ(clients_, 1) << "it is not tried again";
  weather_ = Weather::kFine;
  EXPECT_EQ(forward(), "200 <CreateUserResponse/> ");
}

// Of a certificate that is refused a client hears when it has sent its request.
TEST_F(HomeForwardingTest, AHomeThatRefusesTheCertificateHasChangedNothing) {
  weather_ = Weather::kCertificateRefused;
  EXPECT_EQ(forward(), "Identities are changed in us-east-1, which does not answer. Nothing was changed.");
  EXPECT_EQ(east_.requests.run, 0);
}

// The home must not begin what nobody waits for any more by the time it has it.
TEST_F(HomeForwardingTest, TheTimeThatConnectingTakesIsNotTheHomesToUse) {
  std::string sent;
  HomeForwarder forwarder(
      {.home = west_.home, .arrivals = arrivals_, .clock = clock_, .log = log_, .make_client = [&](const Region&) {
         return std::make_unique<SlowClient>(clock_, sent);
       }});
  const net::Request request{
      .method = "POST", .target = "/", .headers = {}, .body = "", .peer_address = "192.0.2.7:1", .peer_name = ""};
  net::Reply reply;
  EXPECT_TRUE(forwarder.forward({request, {kWest, "the-id", false}, seconds(5)}, reply).failure);
  EXPECT_EQ(decode_forwarded_request(sent)->patience, seconds(10 - 5) - SlowClient::kConnecting);
}

// Changes of identities are not idempotent: whether this one was made, nobody here knows, and it is not sent again.
TEST_F(HomeForwardingTest, WhatGetsNoAnswerIsSentOnce) {
  for (const Weather weather : {Weather::kAnswerLost, Weather::kHeldBack}) {
    weather_ = weather;
    EXPECT_EQ(
        forward(),
        "Identities are changed in us-east-1, which did not answer. It is not known whether the change was made.");
    EXPECT_EQ(east_.requests.run, 1);
  }
  EXPECT_EQ(clients_, 2) << "each with a connection of its own, which is not kept";
}

// As after coffer identity adopt-home, of which this region has not heard.
TEST_F(HomeForwardingTest, AHomeThatHasMovedSaysWhere) {
  const home::Claim moved = europe_.region.home.adopt(*europe_.region.home.claim()).value();
  ASSERT_TRUE(*east_.region.home.learn(moved));
  europe_.requests.body = "from Europe";
  EXPECT_EQ(forward(), "200 from Europe ");
  EXPECT_EQ(asked_, kEurope);
  EXPECT_EQ(*west_.home.claim(), moved);
  EXPECT_EQ(east_.requests.run, 0);
  EXPECT_EQ(europe_.requests.run, 1);
  forward();
  EXPECT_EQ(clients_, 2) << "the old home is asked no more";
}

// Two regions that send each other on would never end.
TEST_F(HomeForwardingTest, RegionsThatDoNotAgreeEndTheSearch) {
  ASSERT_TRUE(*west_.home.learn({kEurope, 5}));  // who takes us-east-1 for the home, of epoch 1
  EXPECT_EQ(forward(),
            "Identities are changed in eu-west-1, which says that it is not their home. Nothing was changed.");
  EXPECT_EQ(clients_, 1);
  // And when each knows of a newer one, the second is the last.
  ASSERT_TRUE(*east_.region.home.learn({kEurope, 7}));
  ASSERT_TRUE(*europe_.region.home.learn({kEast, 6}));
  EXPECT_EQ(forward(),
            "Identities are changed in us-east-1, which says that it is not their home. Nothing was changed.");
  EXPECT_EQ(east_.requests.run + europe_.requests.run, 0);
  EXPECT_EQ(clients_, 2);
}

TEST_F(HomeForwardingTest, ARequestOfARegionThatBecomesHomeMeanwhileIsNotSent) {
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());
  EXPECT_TRUE(*forwarder_.is_home());
  EXPECT_EQ(forward(),
            "Identities are changed in us-west-2, which has become their home at this moment. Nothing was changed.");
  EXPECT_EQ(clients_, 0);
}

TEST_F(HomeForwardingTest, WhatHasWaitedTooLongIsNotSent) {
  EXPECT_EQ(forward(seconds(10)),
            "Identities are changed in us-east-1, which is slow: too many requests wait for it. Nothing was changed.");
  EXPECT_EQ(clients_, 0);
  EXPECT_EQ(forward(seconds(9)), "200 <CreateUserResponse/> ");
}

// Another release may know other operations.
TEST_F(HomeForwardingTest, WhatTheHomeDoesNotTakeIsSaid) {
  east_.requests.refusal = Error{ErrorCode::kPermission, "no operation that is done at home"};
  EXPECT_EQ(forward(),
            "Identities are changed in us-east-1, which does not take this request: bring both regions to the same "
            "release. Nothing was changed.");
}

TEST_F(HomeForwardingTest, AnAnswerThatIsLostAfterTheChangeIsNoPromise) {
  const std::string unknown =
      "Identities are changed in us-east-1, which gave no answer. It is not known whether the change was made.";
  east_.requests.throws = true;
  EXPECT_EQ(forward(), unknown);
  east_.requests.throws = false;
  east_.requests.body = std::string(kMaxForwardBodyBytes + 1, 'x');
  EXPECT_EQ(forward(), unknown);
}

// Its pool is small, and its own.
TEST_F(HomeForwardingTest, AHomeThatIsBusyRefuses) {
  std::promise<void> proceed;
  keep_busy(east_.workers, proceed.get_future());
  ASSERT_TRUE(east_.workers.submit([] {}));
  EXPECT_EQ(forward(), "Identities are changed in us-east-1, which takes no more requests now. Nothing was changed.");
  EXPECT_EQ(LoopbackClient(east_.handler, "us-west-2").call("GET", "/health", "").status, 200);
  proceed.set_value();
}

// Otherwise a change would be made that its client has given up long ago.
TEST_F(HomeForwardingTest, WhatNobodyWaitsForAnyMoreIsNotBegun) {
  std::promise<void> proceed;
  keep_busy(east_.workers, proceed.get_future());
  TellingHandler telling(east_.door);
  east_.handler = &telling;
  std::future<std::string> waiting = std::async(std::launch::async, [this] { return forward(); });
  telling.handled.get_future().wait();
  clock_.advance(seconds(10));
  proceed.set_value();
  EXPECT_EQ(waiting.get(),
            "Identities are changed in us-east-1, which takes no more requests now. Nothing was changed.");
  EXPECT_EQ(east_.requests.run, 0);
}

// Whoever writes in a region reads there what he wrote.
TEST_F(HomeForwardingTest, TheAnswerWaitsForTheChange) {
  FakeLink link(west_, random_, kEast);
  Replicator replicator({*east_.region.store, east_.region.secrets, east_.region.states, east_.region.key_exchange,
                         link, clock_, random_, log_, kWest, kEast});
  while (replicator.step() == Duration(0)) {
  }
  HomeForwarder patient{{.home = west_.home,
                         .arrivals = arrivals_,
                         .clock = clock_,
                         .log = log_,
                         .make_client = [this](const Region& region) { return connect(region); },
                         .patience = seconds(60)}};
  std::promise<void> changed;
  east_.requests.change = [&] {
    ASSERT_TRUE(east_.region.accounts.create("one", testing::kAccount).ok());
    changed.set_value();
  };
  const net::Request request{
      .method = "POST", .target = "/", .headers = {}, .body = "", .peer_address = "192.0.2.7:1", .peer_name = ""};
  const api::Origin origin{kWest, "the-id", false};
  net::Reply reply;
  std::future<api::Forwarded> forwarded = std::async(std::launch::async, [&] {
    return patient.forward({request, origin, {}}, reply);
  });
  changed.get_future().wait();
  EXPECT_EQ(forwarded.wait_for(milliseconds(20)), std::future_status::timeout);
  while (replicator.step() == Duration(0)) {
  }
  EXPECT_FALSE(forwarded.get().failure);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(west_.accounts.list()->size(), 1u);
}

// The change was made all the same.
TEST_F(HomeForwardingTest, AChangeThatDoesNotComeIsNotWaitedForForEver) {
  east_.requests.change = [&] { ASSERT_TRUE(east_.region.accounts.create("one", testing::kAccount).ok()); };
  EXPECT_EQ(forward(), "200 <CreateUserResponse/> ");
  EXPECT_EQ(west_.accounts.list()->size(), 0u);
}

// The certificate says where a request arrived, and strangers have none.
TEST_F(HomeForwardingTest, OnlyRegionsOfTheDeploymentForward) {
  const SecretBuffer frame = encode(ForwardedRequest{.request_id = "1",
                                                     .client_address = "192.0.2.7:1",
                                                     .patience = seconds(1),
                                                     .method = "POST",
                                                     .target = "/",
                                                     .headers = {},
                                                     .body = {}})
                                 .value();
  const auto status = [&](const char* peer, std::string_view body) {
    return LoopbackClient(east_.handler, peer).call("POST", "/forward", body).status;
  };
  EXPECT_EQ(status("us-west-2", frame.view()), 200);
  for (const char* stranger : {"", "us-east-1", "ap-south-1", "us-west-2.coffer.internal"})
    EXPECT_EQ(status(stranger, frame.view()), 403) << stranger;
  EXPECT_EQ(status("us-west-2", "garbage"), 400);
  EXPECT_EQ(LoopbackClient(east_.handler, "us-west-2").call("GET", "/forward", "").status, 404);
  EXPECT_EQ(east_.requests.run, 1);
}

}  // namespace
}  // namespace coffer::replication
