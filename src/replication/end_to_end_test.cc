// Two regions over the real thing: sockets, mutual TLS, certificates of a deployment's own authority, threads.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <fstream>
#include <mutex>

#include "crypto/certificates.h"
#include "crypto/system_random.h"
#include "net/http_server.h"
#include "replication/home_forwarder.h"
#include "replication/peer_door.h"
#include "replication/region_link.h"
#include "replication/runner.h"
#include "replication/testing/test_region.h"
#include "store/testing/temp_directory.h"

namespace coffer::replication {
namespace {

using testing::TestRegion;

const Region kEast = *Region::parse("us-east-1");
const Region kWest = *Region::parse("us-west-2");

struct LinkFiles {
  std::string certificate;
  std::string private_key;
};

// Answers with what it was asked, and where.
class EchoingRequests final : public api::ForwardedRequests {
 public:
  Result<std::string> run_forwarded(const net::Request& request, const api::Origin& origin,
                                    net::Reply& reply) override {
    reply.body.append(origin.region.text());
    reply.body.append(" ");
    reply.body.append(request.body);
    return std::string();
  }
};

class EndToEnd : public ::testing::Test {
 protected:
  EndToEnd()
      : authority_(*crypto::make_authority(request("coffer"), random_)),
        authority_file_(write("ca.pem", authority_.certificate_pem)) {}
  ~EndToEnd() override { ::close(null_); }

  std::string write(const std::string& name, std::string_view text) {
    const std::string path = directory_ / name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0600);
    return path;
  }

  crypto::CertificateRequest request(const std::string& name) const {
    return {.common_name = name,
            .dns_names = {name + ".coffer.internal"},
            .ip_addresses = {},
            .not_before = clock_.now() - std::chrono::hours(1),
            .not_after = clock_.now() + std::chrono::hours(24)};
  }

  LinkFiles issue(const crypto::Certificate& authority, const std::string& name) {
    const crypto::Certificate made = *crypto::issue_certificate(authority, request(name), random_);
    const std::string stem = name + std::to_string(issued_++);
    return {write(stem + ".pem", made.certificate_pem),
            write(stem + ".key", made.private_key_pem.view(SecretAccess("test")))};
  }

  // The link listener of us-west-2.
  void listen(uint16_t port = 0) {
    workers_ = std::make_unique<WorkerPool>(2, 16);
    forwards_ = std::make_unique<ForwardDoor>(
        ForwardDoor::Parts{requests_, west_.home, *west_.store, west_.kinds, *workers_, clock_, log_});
    door_ = std::make_unique<PeerDoor>(PeerDoor::Parts{.applier = west_.applier,
                                                       .lags = west_.lags,
                                                       .workers = *workers_,
                                                       .random = random_,
                                                       .log = log_,
                                                       .regions = {kWest, {kEast}},
                                                       .forwards = forwards_.get()});
    net::ServerOptions options;
    options.port = port;
    options.max_body_bytes = kMaxFrameBytes;
    const LinkFiles files = issue(authority_, "us-west-2");
    options.tls = net::TlsServerOptions{files.certificate, files.private_key, authority_file_, true};
    auto server = net::HttpServer::start(options, *door_, clock_, log_);
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_ = std::move(*server);
    port_ = server_->port();
  }
  void stop_listening() {
    server_.reset();
    workers_.reset();
    door_.reset();
    forwards_.reset();
  }

  RegionLink::Endpoint endpoint(const LinkFiles& files, const Region& expected = kWest) const {
    return {.region = expected,
            .host = "127.0.0.1",
            .port = port_,
            .authority_file = authority_file_,
            .certificate_file = files.certificate,
            .private_key_file = files.private_key,
            .start = 1};
  }
  std::unique_ptr<RegionLink> link(const LinkFiles& files, const Region& expected = kWest) {
    return RegionLink::make(endpoint(files, expected));
  }

  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const SystemClock clock_;
  const Log log_{clock_, null_, LogLevel::kError};
  crypto::SystemRandom random_;
  const store::testing::TempDirectory directory_;
  int issued_ = 0;
  crypto::Certificate authority_;
  std::string authority_file_;
  const testing::World world_{clock_, random_, {kEast, kWest}, log_};
  TestRegion east_{world_, kEast};
  TestRegion west_{world_, kWest};
  EchoingRequests requests_;
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<ForwardDoor> forwards_;
  std::unique_ptr<PeerDoor> door_;
  std::unique_ptr<net::HttpServer> server_;
  uint16_t port_ = 0;
};

// Everything at once, with the receiving region's listener going away and coming back in between.
TEST_F(EndToEnd, ASecretCrossesTheRealLinkAndSurvivesARestartOfTheReceiver) {
  ASSERT_NO_FATAL_FAILURE(listen());
  std::mutex mutex;
  std::condition_variable changed;
  east_.store->on_commit([&](store::Revision, const std::vector<store::Change>&) {
    const std::lock_guard lock(mutex);
    changed.notify_all();
  });
  Runner runner({*east_.store, east_.secrets, east_.states, east_.key_exchange, clock_, random_, log_, kEast});
  runner.add({kWest, link(issue(authority_, "us-east-1"))});
  runner.start();
  const auto in_sync = [&] {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (east_.status("db", kWest) != "InSync") {
      std::unique_lock lock(mutex);
      // A notification between the look and the wait is missed, so the wait is short.
      changed.wait_for(lock, std::chrono::milliseconds(20));
      if (std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  };

  east_.create("db", "first", {kWest});
  ASSERT_TRUE(in_sync()) << runner.status().front().last_error;
  EXPECT_EQ(west_.contents("db"), east_.contents("db"));

  stop_listening();
  east_.put("db", std::string(kMaxValueBytes, 'x'));
  ASSERT_NO_FATAL_FAILURE(listen(port_));
  ASSERT_TRUE(in_sync()) << runner.status().front().last_error;
  EXPECT_EQ(west_.contents("db"), east_.contents("db"));
  runner.stop();
}

// us-west-2 is home. Of the kept connection that its restart has closed nobody hears anything.
TEST_F(EndToEnd, AForwardedRequestCrossesTheRealLinkAndSurvivesARestartOfTheHome) {
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());
  ASSERT_TRUE(*east_.home.learn(*west_.home.claim()));
  const LinkFiles files = issue(authority_, "us-east-1");
  const home::Arrivals arrivals(*east_.store);
  HomeForwarder forwarder(
      {.home = east_.home, .arrivals = arrivals, .clock = clock_, .log = log_, .make_client = [&](const Region&) {
         return make_forward_client(endpoint(files));
       }});
  const auto forward = [&](std::string_view body) {
    net::Request request;
    request.method = "POST";
    request.target = "/";
    request.body = body;
    const api::Origin origin{kEast, "1", false};
    net::Reply reply;
    const api::Forwarded forwarded = forwarder.forward({request, origin, {}}, reply);
    return forwarded.failure ? forwarded.failure->message : std::string(reply.body.view());
  };
  ASSERT_NO_FATAL_FAILURE(listen());
  const std::string large(kMaxForwardBodyBytes - 64, 'x');
  EXPECT_EQ(forward("first"), "us-east-1 first");
  EXPECT_EQ(forward(large), "us-east-1 " + large);
  stop_listening();
  EXPECT_EQ(forward("second"), "Identities are changed in us-west-2, which does not answer. Nothing was changed.");
  ASSERT_NO_FATAL_FAILURE(listen(port_));
  EXPECT_EQ(forward("third"), "us-east-1 third");
  stop_listening();
  ASSERT_NO_FATAL_FAILURE(listen(port_));
  EXPECT_EQ(forward("fourth"), "us-east-1 fourth");
}

// The certificate is the identity: without one of our authority there is no talking at all.
TEST_F(EndToEnd, StrangersAreRefusedOnBothSides) {
  ASSERT_NO_FATAL_FAILURE(listen());
  const crypto::Certificate foreign = *crypto::make_authority(request("somebody"), random_);
  // Not as if it were down: there it is.
  EXPECT_EQ(link(issue(foreign, "us-east-1"))->greet().error().code, ErrorCode::kServiceUnavailable);
  EXPECT_FALSE(link(LinkFiles{})->greet().ok());
  const LinkFiles east = issue(authority_, "us-east-1");
  // Whoever listens at the other region's address must be that region.
  EXPECT_EQ(link(east, *Region::parse("eu-west-1"))->greet().error().code, ErrorCode::kServiceUnavailable);
  EXPECT_EQ(link(issue(authority_, "ap-south-1"))->greet().error().code, ErrorCode::kPermission);
  const auto good = link(east)->greet();
  EXPECT_TRUE(good.ok()) << good.error().message;
}

}  // namespace
}  // namespace coffer::replication
