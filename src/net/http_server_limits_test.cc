// What the server refuses, and whom it cuts off. Time-outs are short and nothing sleeps: the tests wait for the server
// to act.
#include <gtest/gtest.h>

#include <deque>

#include "net/net_test_support.h"

namespace coffer::net {
namespace {

using namespace testing;
using std::chrono::milliseconds;

void expect_refusal(uint16_t port, std::string_view bytes, int status) {
  RawClient client(port);
  client.send(bytes);
  const RawReply reply = client.reply();
  EXPECT_EQ(reply.status, status) << bytes.substr(0, 200);
  EXPECT_EQ(reply.body, "refused " + std::to_string(status));
  EXPECT_EQ(reply.header("connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpServerLimits, GarbageIsRefused) {
  TestServer server;
  expect_refusal(server.port(), "hello\r\n\r\n", 400);
  expect_refusal(server.port(), "\x16\x03\x01", 400);
  expect_refusal(server.port(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                 400);
}

TEST(HttpServerLimits, LargeHeadersAndBodiesAreRefused) {
  TestServer server(echo, {.max_header_bytes = 1000, .max_body_bytes = 1000});
  expect_refusal(server.port(), "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(2000, 'x') + "\r\n\r\n", 431);
  expect_refusal(server.port(), post("/", std::string(1001, 'x')), 413);
  expect_refusal(server.port(),
                 "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x'),
                 413);
  RawClient client(server.port());
  client.send(post("/", std::string(1000, 'x')));
  EXPECT_EQ(client.reply().status, 200);
}

// The client writes all of its body before it reads; without a lingering close it would see a reset instead of the 413.
TEST(HttpServerLimits, ARefusedClientThatKeepsSendingStillSeesTheAnswer) {
  TestServer server;
  expect_refusal(server.port(), post("/", std::string(8 * 1024 * 1024, 'x')), 413);
}

TEST(HttpServerLimits, ARequestThatDoesNotFinishItsHeadersIsCutOff) {
  TestServer server(echo, {.header_timeout = milliseconds(40)});
  expect_refusal(server.port(), "GET / HTTP/1.1\r\nHost: a\r\n", 408);
}

// Slowloris: each byte is progress, and still the request has to be complete in time.
TEST(HttpServerLimits, TricklingDoesNotExtendTheDeadline) {
  TestServer server(echo, {.header_timeout = milliseconds(40)});
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
  EXPECT_TRUE(eventually([&] {
    client.send("x");
    return !client.is_silent();
  }));
  EXPECT_EQ(client.reply().status, 408);
}

TEST(HttpServerLimits, ABodyThatDoesNotComeIsCutOff) {
  TestServer server(echo, {.body_timeout = milliseconds(40)});
  expect_refusal(server.port(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx", 408);
}

TEST(HttpServerLimits, AnIdleConnectionIsClosedWithoutAWord) {
  TestServer server(echo, {.idle_timeout = milliseconds(40)});
  RawClient silent(server.port());
  RawClient served(server.port());
  served.send(post("/", ""));
  EXPECT_EQ(served.reply().status, 200);
  EXPECT_TRUE(served.is_closed());
  EXPECT_TRUE(silent.is_closed());
}

TEST(HttpServerLimits, AReplyThatIsNotReadDoesNotHoldTheConnectionForever) {
  TestServer server(
      [](const Request&, Responder responder) {
        responder.reply().body.append(std::string(32 * 1024 * 1024, 'x'));
        responder.send();
      },
      {.idle_timeout = milliseconds(40)});
  RawClient client(server.port());
  client.send(post("/", ""));
  ASSERT_TRUE(eventually([&] { return !client.is_silent(); }));
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

// A handler may take longer than any of the time-outs: those are for the peer.
TEST(HttpServerLimits, AHandlerIsNotCutOff) {
  std::optional<Responder> parked;
  std::atomic<bool> is_parked = false;
  TestServer server(
      [&](const Request&, Responder responder) {
        parked.emplace(std::move(responder));
        is_parked = true;
      },
      {.header_timeout = milliseconds(10), .body_timeout = milliseconds(10), .idle_timeout = milliseconds(10)});
  RawClient client(server.port());
  client.send(post("/", ""));
  ASSERT_TRUE(eventually([&] { return is_parked.load(); }));
  // Another connection comes and is timed out, so time has passed for this one too.
  EXPECT_TRUE(RawClient(server.port()).is_closed());
  parked->reply().body.append("late");
  parked->send();
  EXPECT_EQ(client.reply().body, "late");
}

constexpr size_t kLargeBody = 100 * 1024;

std::string large_head() {
  return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kLargeBody) +
         "\r\nExpect: 100-continue\r\n\r\n";
}

// Status of a request that has a large body, before any of it was sent.
int announce(RawClient& client) {
  client.send(large_head());
  return client.reply(false).status;
}

// Nobody has signed anything when a body arrives: whoever opens connections must not be able to use up the memory.
TEST(HttpServerLimits, BodiesOverTheBudgetAreRefusedUnreadAndTheOthersServed) {
  TestServer server(echo, {.threads = 2, .max_buffered_bytes = 2 * kLargeBody + 10'000});
  RawClient first(server.port());
  EXPECT_EQ(announce(first), 100);
  RawClient second(server.port());
  EXPECT_EQ(announce(second), 100);
  for (int i = 0; i < 4; ++i) {
    expect_refusal(server.port(), large_head(), 503);
    RawClient small(server.port());
    small.send(post("/", std::string(16 * 1024, 'x')));
    EXPECT_EQ(small.reply().status, 200);
  }

  std::deque<RawClient> others;
  const auto has_room = [&] {
    RawClient& other = others.emplace_back(server.port());
    const int status = announce(other);
    if (status == 100) return true;
    EXPECT_EQ(status, 503);
    others.pop_back();
    return false;
  };
  first.send(std::string(kLargeBody, 'x'));
  EXPECT_EQ(first.reply().status, 200);
  EXPECT_TRUE(eventually(has_room)) << "a request that is done gives its memory back";
  EXPECT_FALSE(has_room());
  second.close();
  EXPECT_TRUE(eventually(has_room)) << "as does a connection that is closed";
  EXPECT_FALSE(has_room());
  ASSERT_EQ(others.size(), 2U);
  others.front().send(std::string(kLargeBody, 'x'));
  EXPECT_EQ(others.front().reply().status, 200);
  EXPECT_EQ(announce(others.front()), 100) << "the next request of a connection counts as the first did";
}

// A chunked body does not say how large it is going to be.
TEST(HttpServerLimits, AChunkedBodyIsRefusedWhenItOutgrowsTheBudget) {
  TestServer server(echo, {.max_buffered_bytes = 150 * 1024});
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  expect_refusal(server.port(), head + "40000\r\n" + std::string(0x40000, 'x') + "\r\n0\r\n\r\n", 503);
  RawClient client(server.port());
  client.send(head + "fa00\r\n" + std::string(0xfa00, 'x') + "\r\n0\r\n\r\n");
  EXPECT_EQ(client.reply().status, 200);
}

TEST(HttpServerLimits, ConnectionsOverTheCapAreTurnedAwayAndTheOthersServed) {
  TestServer server(echo, {.max_connections = 2});
  std::deque<RawClient> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back(server.port()).send(post("/", ""));
    EXPECT_EQ(clients.back().reply().status, 200);
  }
  RawClient third(server.port());
  EXPECT_EQ(third.reply().status, 503);
  EXPECT_TRUE(third.is_closed());
  clients.pop_front();
  ASSERT_TRUE(eventually([&] { return server->connections() == 1; }));
  RawClient fourth(server.port());
  fourth.send(post("/", ""));
  EXPECT_EQ(fourth.reply().status, 200);
}

}  // namespace
}  // namespace coffer::net
