// The client, against the real server and against one that misbehaves on purpose.
#include "net/http_client.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <thread>

#include "net/address_kind.h"
#include "net/net_test_support.h"

namespace coffer::net {
namespace {

using namespace testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Accepts connections one after the other; on each it reads one request for every reply it has, sends that, and closes.
class Script {
 public:
  using Replies = std::vector<std::string>;

  explicit Script(std::vector<Replies> connections)
      : listener_(std::move(*listen_tcp("127.0.0.1", 0, 1))), thread_([this, connections = std::move(connections)] {
          for (const Replies& replies : connections)
            serve(replies);
        }) {}
  ~Script() { thread_.join(); }
  ClientOptions options() const { return {.port = listener_.port}; }

 private:
  void serve(const Replies& replies) {
    pollfd waiting{listener_.sockets[0].get(), POLLIN, 0};
    if (::poll(&waiting, 1, 10'000) != 1) return;
    const Descriptor socket(::accept(listener_.sockets[0].get(), nullptr, nullptr));
    char request[4096];
    for (const std::string& reply : replies) {
      if (::recv(socket.get(), request, sizeof request, 0) <= 0) return;
      ::send(socket.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
    }
  }

  const Listener listener_;
  std::thread thread_;
};

using Replies = Script::Replies;

std::string ok_reply(std::string_view body) {
  return "HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST(HttpClient, ARequestAndItsAnswerKeepTheirParts) {
  TestServer server([](const Request& request, Responder responder) {
    responder.reply().status = 404;
    responder.reply().headers.emplace_back("X-Seen", std::string(request.header("x-test").value_or("")));
    responder.reply().body.append(request.header("host").value_or(""));
    responder.send();
  });
  const auto client = HttpClient::make(server.client_options());
  const auto response = client->send({.method = "PUT", .target = "/a", .headers = {{"X-Test", "1"}}}, seconds(10));
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->body.view(), "127.0.0.1:" + std::to_string(server.port()));
  const std::pair<std::string, std::string> expected("x-seen", "1");
  EXPECT_NE(std::find(response->headers.begin(), response->headers.end(), expected), response->headers.end());
}

TEST(HttpClient, TheConnectionIsKept) {
  TestServer server;
  const auto client = HttpClient::make(server.client_options());
  for (int i = 0; i < 3; ++i) {
    const auto response = client->send({.method = i == 1 ? "HEAD" : "GET"}, seconds(10));
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->body.empty(), i == 1);
  }
  EXPECT_EQ(server->connections(), 1U);
}

TEST(HttpClient, AConnectionThatTheServerClosedWhileIdleIsReplaced) {
  TestServer server(echo, {.idle_timeout = milliseconds(20)});
  const auto client = HttpClient::make(server.client_options());
  ASSERT_TRUE(client->send({}, seconds(10)).ok());
  ASSERT_TRUE(eventually([&] { return server->connections() == 0; }));
  EXPECT_TRUE(client->send({}, seconds(10)).ok());
}

// The server closes while the next request is on its way: no byte of an answer, so it is sent again, once.
TEST(HttpClient, AKeptConnectionThatDiesUnderARequestIsReplacedOnceIfAskedFor) {
  Script server({Replies{ok_reply("a"), ""}, Replies{ok_reply("b"), ""}});
  ClientOptions options = server.options();
  options.on_stale_connection = OnStaleConnection::kSendAgain;
  const auto client = HttpClient::make(options);
  EXPECT_EQ(client->send({}, seconds(10)).value().body.view(), "a");
  EXPECT_EQ(client->send({}, seconds(10)).value().body.view(), "b");
  EXPECT_FALSE(client->send({}, milliseconds(100)).ok());
}

// The request may have been carried out: without being asked for, it is not sent twice.
TEST(HttpClient, AKeptConnectionThatDiesUnderARequestFails) {
  Script server({Replies{ok_reply("a"), ""}, Replies{ok_reply("b")}});
  const auto client = HttpClient::make(server.options());
  ASSERT_TRUE(client->send({}, seconds(10)).ok());
  EXPECT_EQ(client->send({}, seconds(10)).error().code, ErrorCode::kIo);
  EXPECT_EQ(client->send({}, seconds(10)).value().body.view(), "b");
}

TEST(HttpClient, ARequestIsNotRepeatedOnceTheAnswerHasBegun) {
  Script server({Replies{ok_reply("a"), "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel"}});
  const auto client = HttpClient::make(server.options());
  ASSERT_TRUE(client->send({}, seconds(10)).ok());
  const auto response = client->send({}, seconds(10));
  ASSERT_FALSE(response.ok());
  EXPECT_NE(response.error().message.find("in the middle of the answer"), std::string::npos)
      << response.error().message;
}

// Whoever must not send twice connects first: what fails then was not sent.
TEST(HttpClient, ConnectingFirstTellsWhatWasNotSent) {
  TestServer server;
  const auto client = HttpClient::make(server.client_options());
  ASSERT_TRUE(client->connect(seconds(10)).ok());
  ASSERT_TRUE(client->send({}, seconds(10)).ok());
  ASSERT_TRUE(client->connect(seconds(10)).ok());
  EXPECT_EQ(server->connections(), 1U) << "a connection that is good is kept";
  server->stop(milliseconds(0));
  EXPECT_EQ(client->connect(seconds(10)).error().code, ErrorCode::kIo);
}

TEST(HttpClient, OtherFramingsAreUnderstood) {
  Script server(
      {Replies{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: "
               "chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
               "HTTP/1.0 200 OK\r\n\r\nuntil the end"}});
  const auto client = HttpClient::make(server.options());
  EXPECT_EQ(client->send({}, seconds(10)).value().body.view(), "abc");
  EXPECT_EQ(client->send({}, seconds(10)).value().body.view(), "until the end");
}

TEST(HttpClient, AnswersThatAreTooLargeOrNotHttpAreRefused) {
  Script server(
      {Replies{ok_reply(std::string(101, 'x'))},
       Replies{"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x') + "\r\n"},
       Replies{"SSH-2.0-OpenSSH\r\n"}, Replies{"HTTP/1.1 200 OK\r\nx: " + std::string(40'000, 'x')}});
  ClientOptions options = server.options();
  options.max_body_bytes = 100;
  const auto client = HttpClient::make(options);
  const std::string peer = "127.0.0.1:" + std::to_string(options.port) + ": ";
  const auto error = [&] { return client->send({}, seconds(10)).error().message; };
  EXPECT_EQ(error(), peer + "the answer is larger than 100 bytes");
  EXPECT_EQ(error(), peer + "the answer is larger than 100 bytes");
  EXPECT_TRUE(error().starts_with(peer + "the answer is not valid HTTP"));
  EXPECT_EQ(error(), peer + "the answer's headers are too large");
}

TEST(HttpClient, ASilentServerIsGivenUpAtTheDeadline) {
  std::vector<Responder> parked;
  TestServer server([&](const Request&, Responder responder) { parked.push_back(std::move(responder)); });
  const auto client = HttpClient::make(server.client_options());
  const auto response = client->send({}, milliseconds(30));
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::kTimeout);
  server->stop(milliseconds(0));
}

// A person who presses Ctrl-C does not wait for a deadline.
TEST(HttpClient, ASilentServerIsGivenUpWhenThatIsAskedFor) {
  std::vector<Responder> parked;
  TestServer server([&](const Request&, Responder responder) { parked.push_back(std::move(responder)); });
  ClientOptions options = server.client_options();
  int asked = 0;
  options.is_given_up = [&asked] { return ++asked > 3; };
  const auto response = HttpClient::make(options)->send({}, std::chrono::hours(1));
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::kAborted);
  server->stop(milliseconds(0));
}

TEST(HttpClient, ARefusedConnectionNamesThePeer) {
  ClientOptions options;
  {
    const auto closed = listen_tcp("127.0.0.1", 0, 1);
    options.port = closed->port;
  }
  const auto response = HttpClient::make(options)->send({}, seconds(10));
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::kIo);
  EXPECT_EQ(response.error().message,
            "cannot connect to 127.0.0.1:" + std::to_string(options.port) + ": connection refused");
}

// The address counts and not the name: a name leads where its owner wants, and elsewhere a moment later.
TEST(HttpClient, AnAddressThatMayNotBeReachedIsNotConnectedTo) {
  TestServer server;
  ClientOptions options = server.client_options();
  options.may_reach = [](const Endpoint& address) { return kind_of(address) != AddressKind::kLoopback; };
  for (const char* host : {"localhost", "127.0.0.1", "127.1", "::ffff:127.0.0.1"}) {
    options.host = host;
    const auto refused = HttpClient::make(options)->send({}, seconds(10));
    ASSERT_FALSE(refused.ok()) << host;
    EXPECT_EQ(refused.error().code, ErrorCode::kPermission);
    EXPECT_TRUE(refused.error().message.ends_with(": its address may not be reached")) << refused.error().message;
  }
  EXPECT_EQ(server->connections(), 0U);
  options.host = "127.0.0.1";
  options.may_reach = [](const Endpoint& address) { return kind_of(address) == AddressKind::kLoopback; };
  EXPECT_TRUE(HttpClient::make(options)->send({}, seconds(10)).ok());
}

TEST(HttpClient, AUnixSocketWithALongPathIsReached) {
  const TemporaryFolder folder;
  const std::string deep = folder.path(std::string(120, 'd'));
  ASSERT_EQ(::mkdir(deep.c_str(), 0700), 0);
  TestServer server(echo, {.unix_path = deep + "/socket"});
  const auto response = HttpClient::make(server.client_options())->send({.body = "x"}, seconds(10));
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->body.view(), "POST / x");
}

// What a caller passes on must not be able to smuggle a second request in.
TEST(HttpClient, LineEndsInARequestAreRefused) {
  const auto client = HttpClient::make({.port = 1});
  EXPECT_EQ(client->send({.target = "/ HTTP/1.1\r\nx: y"}, seconds(1)).error().code, ErrorCode::kUsage);
  EXPECT_EQ(client->send({.headers = {{"x", "y\r\nz: a"}}}, seconds(1)).error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace coffer::net
