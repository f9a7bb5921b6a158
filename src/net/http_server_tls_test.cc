// TLS and mutual TLS, with certificates of an authority that each test makes for itself.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "net/net_test_support.h"
#include "net/tls_context.h"

namespace coffer::net {
namespace {

using namespace testing;
using std::chrono::seconds;

class HttpServerTls : public ::testing::Test {
 protected:
  ServerOptions server_options() const {
    return {.tls = TlsServerOptions{.certificate_file = server_.certificate, .private_key_file = server_.key}};
  }
  ServerOptions mutual_options() const {
    ServerOptions options = server_options();
    options.tls->client_ca_file = authority_.ca_file();
    options.tls->require_tls13 = true;
    return options;
  }
  ClientOptions client_options(const TestServer& server) const {
    ClientOptions options = server.client_options();
    options.tls = TlsClientOptions{.ca_file = authority_.ca_file(), .server_name = "region.test"};
    return options;
  }
  static Result<ClientResponse> ask(const ClientOptions& options, std::string_view body = "hello") {
    return HttpClient::make(options)->send({.body = body}, seconds(10));
  }

  TemporaryFolder folder_;
  Authority authority_{folder_, "authority"};
  Authority stranger_{folder_, "stranger"};
  Authority::Files server_ = authority_.issue("region.test");
};

HandlerFunction echo_peer_name() {
  return [](const Request& request, Responder responder) {
    responder.reply().body.append(request.peer_name);
    responder.send();
  };
}

// OpenSSL's own server, which speaks nothing later than TLS 1.2.
class OldServer {
 public:
  OldServer(const Authority::Files& files, uint16_t port) {
    const std::string accept = "127.0.0.1:" + std::to_string(port);
    pid_ = fork();
    if (pid_ != 0) return;
    const int null = open("/dev/null", O_RDWR);
    for (const int descriptor : {0, 1, 2})
      dup2(null, descriptor);
    execlp("openssl", "openssl", "s_server", "-accept", accept.c_str(), "-cert", files.certificate.c_str(), "-key",
           files.key.c_str(), "-tls1_2", "-www", "-quiet", nullptr);
    _exit(127);
  }
  ~OldServer() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_ = 0;
};

// Between regions nothing older than TLS 1.3 is spoken, whoever answers.
TEST_F(HttpServerTls, AClientThatRequiresTls13SpeaksNothingOlder) {
  uint16_t port = 0;
  {
    const TestServer gone(echo, server_options());
    port = gone.client_options().port;
  }
  const OldServer server(server_, port);
  ClientOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  options.tls = TlsClientOptions{.ca_file = authority_.ca_file(), .server_name = "region.test"};
  const auto is_reached = [&] {
    return HttpClient::make(options)->send({.method = "GET", .target = "/"}, seconds(10)).ok();
  };
  ASSERT_TRUE(eventually(is_reached));
  options.tls->require_tls13 = true;
  EXPECT_FALSE(is_reached());
}

TEST_F(HttpServerTls, RequestsAndLargeBodiesPassOverOneConnection) {
  TestServer server(echo, server_options());
  const auto client = HttpClient::make(client_options(server));
  for (const size_t size : {0UL, 10UL, 20'000UL, 1'000'000UL, 10UL}) {
    const std::string body(size, 'x');
    const auto response = client->send({.body = body}, seconds(10));
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->body.view(), "POST / " + body);
  }
  EXPECT_EQ(server->connections(), 1U);
}

// A request that must not be sent twice would be lost on a connection that is closed: that must be seen before.
TEST_F(HttpServerTls, AConnectionThatTheServerClosedWhileIdleIsReplaced) {
  ServerOptions options = server_options();
  options.idle_timeout = std::chrono::milliseconds(500);
  TestServer server(echo, options);
  const auto client = HttpClient::make(client_options(server));
  ASSERT_TRUE(client->send({}, seconds(10)).ok());
  ASSERT_TRUE(eventually([&] { return server->connections() == 0; }));
  // The server counts a connection out a moment before it closes it.
  ASSERT_TRUE(eventually([&] { return client->connect(seconds(10)).ok() && server->connections() == 1; }));
  const auto response = client->send({}, seconds(10));
  EXPECT_TRUE(response.ok()) << response.error().message;
}

TEST_F(HttpServerTls, AClientWithoutTlsGetsNothing) {
  TestServer server(echo, server_options());
  RawClient client(server.port());
  client.send(post("/", "secret"));
  EXPECT_EQ(client.reply().status, 0);
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

TEST_F(HttpServerTls, AHandshakeThatDoesNotComeIsCutOff) {
  ServerOptions options = server_options();
  options.header_timeout = std::chrono::milliseconds(40);
  TestServer server(echo, options);
  RawClient client(server.port());
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTls, MutualTlsNamesThePeer) {
  TestServer server(echo_peer_name(), mutual_options());
  const Authority::Files mine = authority_.issue("us-west-2");
  ClientOptions options = client_options(server);
  options.tls->certificate_file = mine.certificate;
  options.tls->private_key_file = mine.key;
  const auto response = ask(options);
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->body.view(), "us-west-2");
}

TEST_F(HttpServerTls, MutualTlsRefusesStrangersAndClientsWithoutACertificate) {
  TestServer server(echo_peer_name(), mutual_options());
  ClientOptions options = client_options(server);
  EXPECT_FALSE(ask(options).ok());
  const Authority::Files strange = stranger_.issue("us-west-2");
  options.tls->certificate_file = strange.certificate;
  options.tls->private_key_file = strange.key;
  const auto response = ask(options);
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::kPermission) << response.error().message;
}

// Whoever wants to know whether a server is down must not take a broken certificate for that, nor the other way round.
TEST_F(HttpServerTls, ARefusalIsToldApartFromAServerThatIsGone) {
  std::optional<TestServer> server;
  server.emplace(echo, server_options());
  ClientOptions options = client_options(*server);
  options.tls->ca_file = stranger_.ca_file();
  EXPECT_EQ(ask(options).error().code, ErrorCode::kPermission);
  server.reset();
  EXPECT_EQ(ask(options).error().code, ErrorCode::kIo);
}

// With TLS 1.3 the client's handshake is done before the server has seen its certificate. Whoever must not send twice
// has to know that the server has not even read the request.
TEST_F(HttpServerTls, AClientKnowsThatARefusedCertificateLeftItsRequestUnread) {
  std::atomic<int> handled = 0;
  TestServer server(
      [&handled](const Request&, Responder responder) {
        ++handled;
        responder.send();
      },
      mutual_options());
  const Authority::Files strange = stranger_.issue("us-west-2");
  const Authority::Files mine = authority_.issue("us-west-2");
  for (const Authority::Files& files : {strange, Authority::Files{}, mine}) {
    ClientOptions options = client_options(server);
    options.tls->certificate_file = files.certificate;
    options.tls->private_key_file = files.key;
    for (const size_t size : {10UL, 1'000'000UL}) {
      const auto client = HttpClient::make(options);
      const std::string body(size, 'x');
      ASSERT_TRUE(client->connect(seconds(10)).ok());
      const bool sent = client->send({.body = body}, seconds(10)).ok();
      EXPECT_EQ(sent, files.certificate == mine.certificate);
      EXPECT_EQ(client->was_unread(), !sent);
    }
  }
  EXPECT_EQ(handled, 2);
}

TEST_F(HttpServerTls, TheClientRefusesAnotherNameAndAnotherAuthority) {
  TestServer server(echo, server_options());
  ClientOptions options = client_options(server);
  options.tls->server_name = "other.test";
  auto response = ask(options);
  ASSERT_FALSE(response.ok());
  EXPECT_NE(response.error().message.find("hostname mismatch"), std::string::npos) << response.error().message;
  options = client_options(server);
  options.tls->ca_file = stranger_.ca_file();
  response = ask(options);
  ASSERT_FALSE(response.ok());
  EXPECT_TRUE(response.error().message.starts_with("127.0.0.1:")) << response.error().message;
  options.tls->server_name = "";
  EXPECT_EQ(ask(options).error().code, ErrorCode::kUsage);
}

TEST_F(HttpServerTls, ANewCertificateIsUsedForNewConnectionsOnly) {
  TestServer server(echo, server_options());
  const auto kept = HttpClient::make(client_options(server));
  ASSERT_TRUE(kept->send({}, seconds(10)).ok());
  const Authority::Files renamed = authority_.issue("renamed.test");
  ASSERT_TRUE(server->reload_tls({.certificate_file = renamed.certificate, .private_key_file = renamed.key}).ok());
  EXPECT_TRUE(kept->send({}, seconds(10)).ok());
  EXPECT_FALSE(ask(client_options(server)).ok());
  ClientOptions options = client_options(server);
  options.tls->server_name = "renamed.test";
  EXPECT_TRUE(ask(options).ok());
  // A reload that fails leaves everything as it was.
  EXPECT_FALSE(server->reload_tls({.certificate_file = folder_.path("absent")}).ok());
  EXPECT_TRUE(ask(options).ok());
}

// OpenSSL's own socket BIO would end the process here with SIGPIPE.
TEST_F(HttpServerTls, AClientThatHasGoneDoesNotRaiseASignal) {
  ASSERT_NE(std::signal(SIGPIPE, SIG_DFL), SIG_ERR);
  TestServer server(
      [](const Request&, Responder responder) {
        responder.reply().body.append(std::string(4'000'000, 'x'));
        responder.send();
      },
      server_options());
  ClientOptions options = client_options(server);
  options.max_body_bytes = 1000;  // gives up, and closes, in the middle of the reply
  EXPECT_FALSE(ask(options).ok());
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

TEST_F(HttpServerTls, EachUnusableFileHasItsOwnMessage) {
  const auto message = [](const std::string& certificate, const std::string& key, const std::string& ca = "") {
    const auto made =
        TlsContext::server({.certificate_file = certificate, .private_key_file = key, .client_ca_file = ca});
    return made.ok() ? std::string("ok") : made.error().message;
  };
  const std::string absent = folder_.path("absent");
  const std::string text = folder_.path("text");
  write_file(text, "hello");
  const std::string locked = folder_.path("locked");
  write_file(locked, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
  const std::string open = folder_.path("open");
  write_file(open, "hello", 0604);
  const Authority::Files other = authority_.issue("other.test");

  EXPECT_EQ(message(server_.certificate, server_.key, authority_.ca_file()), "ok");
  EXPECT_EQ(message(absent, server_.key), "cannot read " + absent + ": no such file or directory");
  EXPECT_EQ(message(text, server_.key), text + ": holds no certificate in PEM form");
  EXPECT_EQ(message(server_.certificate, absent), "cannot read " + absent + ": no such file or directory");
  EXPECT_EQ(message(server_.certificate, text), text + ": holds no private key in PEM form");
  EXPECT_EQ(message(server_.certificate, locked),
            locked + ": the private key is encrypted; store it without a passphrase");
  EXPECT_EQ(message(server_.certificate, open), open + ": others can read this private key (chmod 600 " + open + ")");
  EXPECT_EQ(message(server_.certificate, other.key),
            other.key + ": this private key does not belong to the certificate in " + server_.certificate);
  EXPECT_EQ(message(server_.certificate, server_.key, text), text + ": holds no certificate in PEM form");
}

}  // namespace
}  // namespace coffer::net
