// An OIDC provider as a web server on this machine, plain or with TLS, whose answers are the test's.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/log.h"
#include "crypto/certificates.h"
#include "net/http_server.h"
#include "store/testing/temp_directory.h"
#include "sts/testing/fake_issuer.h"
#include "sts/testing/world.h"

namespace coffer::sts::testing {

// A certificate authority in a directory of its own, and a certificate for 127.0.0.1.
class TestAuthority {
 public:
  explicit TestAuthority(Random& random) {
    const SystemClock clock;
    const Time now = clock.now();
    crypto::CertificateRequest request{.common_name = "authority",
                                       .dns_names = {},
                                       .ip_addresses = {},
                                       .not_before = now - std::chrono::hours(1),
                                       .not_after = now + std::chrono::hours(1)};
    const crypto::Certificate authority = must(crypto::make_authority(request, random));
    request.common_name = "issuer";
    request.ip_addresses = {"127.0.0.1"};
    const crypto::Certificate issuer = must(crypto::issue_certificate(authority, request, random));
    write("ca.pem", authority.certificate_pem);
    write("issuer.pem", issuer.certificate_pem);
    write("issuer.key", issuer.private_key_pem.view(kTest));
  }
  std::string ca_file() const { return directory_ / "ca.pem"; }
  net::TlsServerOptions server() const {
    return {.certificate_file = directory_ / "issuer.pem", .private_key_file = directory_ / "issuer.key"};
  }

 private:
  void write(const std::string& name, std::string_view content) {
    const std::string path = directory_ / name;
    std::ofstream(path) << content;
    ::chmod(path.c_str(), 0600);
  }

  store::testing::TempDirectory directory_;
};

class LoopbackIssuer final : public net::Handler {
 public:
  struct Answer {
    int status = 200;
    std::string body;
    std::string location{};
  };

  explicit LoopbackIssuer(std::optional<net::TlsServerOptions> tls = std::nullopt) {
    const bool uses_tls = tls.has_value();
    server_ = must(net::HttpServer::start({.tls = std::move(tls)}, *this, clock_, log_));
    url_ = std::string(uses_tls ? "https" : "http") + "://127.0.0.1:" + std::to_string(server_->port());
    publish(signer);
  }

  // What a provider serves whose key this is.
  void publish(const crypto::testing::TestSigner& key) {
    set("/.well-known/openid-configuration",
        {.body = R"({"issuer":")" + url_ + R"(","jwks_uri":")" + url_ + R"(/keys"})"});
    set("/keys", {.body = R"({"keys":[{"kty":"EC","crv":"P-256","kid":"key-1","x":")" + base64url(key.first()) +
                          R"(","y":")" + base64url(key.second()) + R"("}]})"});
  }
  void set(const std::string& path, Answer answer) {
    std::lock_guard lock(mutex_);
    answers_[path] = std::move(answer);
  }
  // Called before each answer.
  void set_delay(std::function<void()> delay) {
    std::lock_guard lock(mutex_);
    delay_ = std::move(delay);
  }
  void stop() { server_->stop(Duration(0)); }

  const std::string& url() const { return url_; }
  // "GET /keys", in their order.
  std::vector<std::string> requests() {
    std::lock_guard lock(mutex_);
    return requests_;
  }

  void handle(const net::Request& request, net::Responder responder) override {
    std::lock_guard lock(mutex_);
    requests_.push_back(std::string(request.method) + " " + std::string(request.target));
    if (delay_) delay_();
    const auto found = answers_.find(request.target);
    responder.reply().status = found != answers_.end() ? found->second.status : 404;
    if (found != answers_.end()) {
      responder.reply().body.append(found->second.body);
      if (!found->second.location.empty()) responder.reply().headers.emplace_back("location", found->second.location);
    }
    responder.send();
  }
  void refuse(int status, net::Reply& reply) override { reply.status = status; }

  const crypto::testing::TestSigner signer{crypto::SignatureAlgorithm::kEs256};

 private:
  SystemClock clock_;
  const int log_file_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const Log log_{clock_, log_file_, LogLevel::kError};
  std::mutex mutex_;
  std::map<std::string, Answer, std::less<>> answers_;
  std::vector<std::string> requests_;
  std::function<void()> delay_;
  std::string url_;
  std::unique_ptr<net::HttpServer> server_;  // stops first
};

}  // namespace coffer::sts::testing
