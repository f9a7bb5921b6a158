// The server with real sockets: framing, order, and who may answer when.
#include "net/http_server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <thread>

#include "base/worker_pool.h"
#include "net/net_test_support.h"

namespace coffer::net {
namespace {

using namespace testing;

TEST(HttpServer, AConnectionServesManyRequests) {
  TestServer server;
  RawClient client(server.port());
  for (int i = 0; i < 5; ++i) {
    client.send(post("/" + std::to_string(i), "body"));
    const RawReply reply = client.reply();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "POST /" + std::to_string(i) + " body");
    EXPECT_EQ(reply.header("connection"), std::nullopt);
    EXPECT_TRUE(reply.header("date").value_or("").ends_with(" GMT"));
  }
  EXPECT_EQ(server->connections(), 1U);
}

TEST(HttpServer, TheHandlerSeesThePeerAndItsHeaders) {
  TestServer server([](const Request& request, Responder responder) {
    responder.reply().body.append(request.peer_address);
    responder.reply().body.append(request.header("X-Test").value_or("none"));
    responder.reply().body.append(request.peer_name);
    responder.send();
  });
  RawClient client(server.port());
  client.send(post("/", "", "x-test: |yes\r\n"));
  const std::string body = client.reply().body;
  EXPECT_TRUE(body.starts_with("127.0.0.1:")) << body;
  EXPECT_TRUE(body.ends_with("|yes")) << body;
}

TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  TestServer server;
  RawClient client(server.port());
  client.send(post("/1", "a") + post("/2", "b") + post("/3", "c"));
  EXPECT_EQ(client.reply().body, "POST /1 a");
  EXPECT_EQ(client.reply().body, "POST /2 b");
  EXPECT_EQ(client.reply().body, "POST /3 c");
}

TEST(HttpServer, PipelinedRequestsAreAnsweredInOrderFromOtherThreads) {
  WorkerPool pool(4, 100);
  TestServer server([&](const Request& request, Responder responder) {
    // The views stay valid: the copy of the request is used after this call has returned.
    auto task = [request = request, responder = std::move(responder)]() mutable {
      echo(request, std::move(responder));
    };
    EXPECT_TRUE(pool.submit(std::move(task)));
  });
  RawClient client(server.port());
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += post("/" + std::to_string(i), "x");
  client.send(all);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(client.reply().body, "POST /" + std::to_string(i) + " x");
  server->stop(std::chrono::seconds(1));
}

// Handled inline, each of these would be one level of recursion deeper in a careless server.
TEST(HttpServer, ThousandsOfPipelinedRequestsDoNotExhaustTheStack) {
  TestServer server;
  RawClient client(server.port());
  constexpr int kRequests = 5000;
  std::thread writer([&] {
    std::string all;
    for (int i = 0; i < kRequests; ++i)
      all += post("/", "");
    client.send(all);
  });
  int answered = 0;
  while (answered < kRequests && client.reply().status == 200)
    ++answered;
  EXPECT_EQ(answered, kRequests);
  writer.join();
}

TEST(HttpServer, ARequestMayArriveByteByByte) {
  TestServer server;
  RawClient client(server.port());
  const std::string request = post("/slow", "body");
  for (const char c : request)
    client.send({&c, 1});
  EXPECT_EQ(client.reply().body, "POST /slow body");
}

TEST(HttpServer, AChunkedBodyIsJoined) {
  TestServer server;
  RawClient client(server.port());
  client.send("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  client.send("6\r\n world\r\n0\r\n\r\n" + post("/next", ""));
  EXPECT_EQ(client.reply().body, "POST /c hello world");
  EXPECT_EQ(client.reply().body, "POST /next ");
}

TEST(HttpServer, LargeBodiesPassBothWays) {
  TestServer server;
  RawClient client(server.port());
  const std::string body(1024 * 1024, 'x');
  std::thread writer([&] { client.send(post("/", body)); });
  EXPECT_EQ(client.reply().body, "POST / " + body);
  writer.join();
}

// curl and some SDKs wait a second for this before they send a body.
TEST(HttpServer, AClientThatExpectsContinueGetsIt) {
  TestServer server;
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.reply(false).status, 100);
  client.send("body");
  EXPECT_EQ(client.reply().body, "POST / body");
  EXPECT_TRUE(client.is_silent());
}

TEST(HttpServer, HeadIsAnsweredWithoutABody) {
  TestServer server;
  RawClient client(server.port());
  client.send("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.reply(false).header("content-length"), "8");
  client.send(post("/after", ""));
  EXPECT_EQ(client.reply().body, "POST /after ");
}

TEST(HttpServer, TheConnectionIsClosedWhenEitherSideAsksForIt) {
  TestServer server([](const Request& request, Responder responder) {
    responder.reply().close = request.target == "/close";
    responder.send();
  });
  const std::string requests[] = {"GET / HTTP/1.0\r\n\r\n", post("/", "", "Connection: close\r\n"), post("/close", "")};
  for (const std::string& request : requests) {
    RawClient client(server.port());
    client.send(request);
    const RawReply reply = client.reply();
    EXPECT_EQ(reply.status, 200) << request;
    EXPECT_EQ(reply.header("connection"), "close") << request;
    EXPECT_TRUE(client.is_closed()) << request;
  }
}

TEST(HttpServer, AClientThatHasFinishedSendingStillGetsItsAnswer) {
  TestServer server;
  RawClient client(server.port());
  client.send(post("/", "x"));
  client.shutdown_write();
  EXPECT_EQ(client.reply().body, "POST / x");
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpServer, AHandlerThatForgetsToAnswerCausesA500) {
  TestServer server([](const Request& request, Responder responder) {
    responder.reply().body.append("half an answer");
    // One past the end of nothing: an exception, as a bug would raise it.
    if (request.target == "/bug") static_cast<void>(std::string().at(1));
  });
  for (const char* target : {"/drop", "/bug"}) {
    RawClient client(server.port());
    client.send(post(target, "") + post("/second", ""));
    const RawReply reply = client.reply();
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.body, "");
    EXPECT_TRUE(client.is_closed());
  }
}

// Keeps requests until the test lets them go.
class Parking {
 public:
  HandlerFunction handler() {
    return [this](const Request& request, Responder responder) {
      const std::lock_guard lock(mutex_);
      parked_.emplace_back(request, std::move(responder));
    };
  }
  bool wait_for(size_t count) {
    return eventually([&] {
      const std::lock_guard lock(mutex_);
      return parked_.size() == count;
    });
  }
  std::pair<Request, Responder> take() {
    const std::lock_guard lock(mutex_);
    auto first = std::move(parked_.front());
    parked_.pop_front();
    return first;
  }

 private:
  std::mutex mutex_;
  std::deque<std::pair<Request, Responder>> parked_;
};

TEST(HttpServer, AResponderDroppedOnAnotherThreadCausesA500) {
  Parking parking;
  TestServer server(parking.handler());
  RawClient client(server.port());
  client.send(post("/", ""));
  ASSERT_TRUE(parking.wait_for(1));
  EXPECT_TRUE(client.is_silent());
  { const auto dropped = parking.take(); }
  EXPECT_EQ(client.reply().status, 500);
  EXPECT_TRUE(client.is_closed());
}

// The handler may be reading the body on another thread when the client goes away.
TEST(HttpServer, ARequestOutlivesItsClient) {
  Parking parking;
  TestServer server(parking.handler());
  {
    RawClient client(server.port());
    client.send(post("/", "still here"));
    ASSERT_TRUE(parking.wait_for(1));
    client.reset();
  }
  auto [request, responder] = parking.take();
  EXPECT_EQ(request.body, "still here");
  responder.reply().body.append("too late");
  responder.send();
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

TEST(HttpServer, StopWaitsForRequestsUnderWayAndClosesIdleConnectionsAtOnce) {
  Parking parking;
  TestServer server(parking.handler());
  RawClient idle(server.port());
  RawClient busy(server.port());
  busy.send(post("/", ""));
  ASSERT_TRUE(parking.wait_for(1));
  const uint16_t port = server.port();
  std::thread stopper([&] { server->stop(std::chrono::seconds(10)); });
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(eventually([&] {
    const auto refused = start_connect(resolve("127.0.0.1", port).value().front());
    return !refused.ok() || connect_outcome(refused->get()) == ECONNREFUSED;
  }));
  auto [request, responder] = parking.take();
  responder.reply().body.append("done");
  responder.send();
  const RawReply reply = busy.reply();
  EXPECT_EQ(reply.body, "done");
  EXPECT_EQ(reply.header("connection"), "close");
  stopper.join();
  server->stop(std::chrono::seconds(1));
}

TEST(HttpServer, StopGivesUpOnARequestAfterTheGraceAndTheLateAnswerIsHarmless) {
  Parking parking;
  auto server = std::make_unique<TestServer>(parking.handler());
  RawClient client(server->port());
  client.send(post("/", "body"));
  ASSERT_TRUE(parking.wait_for(1));
  (*server)->stop(std::chrono::milliseconds(20));
  EXPECT_TRUE(client.is_closed());
  server.reset();
  auto [request, responder] = parking.take();
  EXPECT_EQ(request.body, "body");
  responder.reply().body.append("nobody listens");
  responder.send();
}

TEST(HttpServer, APortInUseIsReportedWithItsAddress) {
  for (const unsigned threads : {1U, 2U}) {
    TestServer first(echo, {.threads = threads});
    SystemClock clock;
    const Log log(clock, 2, LogLevel::kError);
    FunctionHandler handler(echo);
    const auto second = HttpServer::start({.port = first.port(), .threads = threads}, handler, clock, log);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::kIo);
    EXPECT_TRUE(second.error().message.starts_with("cannot listen on 127.0.0.1:" + std::to_string(first.port()) +
                                                   ": address already in use"))
        << second.error().message;
  }
}

TEST(HttpServer, AnAddressOfAnotherMachineIsReported) {
  SystemClock clock;
  const Log log(clock, 2, LogLevel::kError);
  FunctionHandler handler(echo);
  const auto server = HttpServer::start({.address = "203.0.113.1"}, handler, clock, log);
  ASSERT_FALSE(server.ok());
  EXPECT_NE(server.error().message.find("this machine has no such address"), std::string::npos);
}

TEST(HttpServer, ThePortIsFreeAgainAfterStop) {
  TestServer first(echo, {.threads = 2});
  RawClient client(first.port());
  client.send(post("/", ""));
  EXPECT_EQ(client.reply().status, 200);
  first->stop(std::chrono::seconds(1));
  TestServer second(echo, {.port = first.port(), .threads = 2});
  RawClient again(second.port());
  again.send(post("/", ""));
  EXPECT_EQ(again.reply().status, 200);
}

TEST(HttpServer, AThousandConnectionsAreServedByTwoThreads) {
  TestServer server(echo, {.threads = 2});
  std::deque<RawClient> clients;
  for (int i = 0; i < 1000; ++i)
    clients.emplace_back(server.port()).send(post("/", std::to_string(i)));
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(clients[static_cast<size_t>(i)].reply().body, "POST / " + std::to_string(i));
  EXPECT_EQ(server->connections(), 1000U);
  clients.clear();
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

TEST(HttpServer, AUnixSocketServesAndIsOpenToItsOwnerOnly) {
  const TemporaryFolder folder;
  const std::string deep = folder.path(std::string(100, 'd'));
  ASSERT_EQ(::mkdir(deep.c_str(), 0700), 0);
  for (const std::string& path : {folder.path("s"), deep + "/socket"}) {
    TestServer server(echo, {.unix_path = path, .threads = 2});
    RawClient client(path);
    client.send(post("/", "x"));
    EXPECT_EQ(client.reply().body, "POST / x") << path;
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    server->stop(std::chrono::seconds(1));
    EXPECT_NE(::stat(path.c_str(), &status), 0);
  }
}

TEST(HttpServer, AStaleSocketFileIsReplacedAndALiveOneIsNot) {
  const TemporaryFolder folder;
  SystemClock clock;
  const Log log(clock, 2, LogLevel::kError);
  FunctionHandler handler(echo);
  {
    // What a killed process leaves: the file stays, nobody listens.
    auto dead = listen_unix(folder.path("s"), 1);
    ASSERT_TRUE(dead.ok());
  }
  const auto server = HttpServer::start({.unix_path = folder.path("s")}, handler, clock, log);
  ASSERT_TRUE(server.ok()) << server.error().message;
  const auto second = HttpServer::start({.unix_path = folder.path("s")}, handler, clock, log);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find("already in use"), std::string::npos);
  write_file(folder.path("file"), "precious");
  const auto third = HttpServer::start({.unix_path = folder.path("file")}, handler, clock, log);
  ASSERT_FALSE(third.ok());
  EXPECT_NE(third.error().message.find("not a socket"), std::string::npos);
}

}  // namespace
}  // namespace coffer::net
