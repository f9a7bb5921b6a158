#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <map>
#include <mutex>
#include <set>

#include "api/front_door.h"
#include "auth/sigv4.h"
#include "base/time_text.h"
#include "crypto/system_random.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "services/secretsmanager/testing/calls.h"
#include "services/secretsmanager/testing/wire_rules.h"

namespace coffer::secretsmanager::testing {
namespace {

namespace json = boost::json;

constexpr std::string_view kSecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr Duration kTimeout = std::chrono::seconds(60);

// An access key for each caller that a case speaks for.
class Keys final : public auth::CredentialSource {
 public:
  std::string key_of(const auth::Caller& caller) {
    const std::lock_guard lock(mutex_);
    const auto found = ids_.find(caller.arn);
    if (found != ids_.end()) return found->second;
    const std::string id = "AKIACOFFERCASES" + std::to_string(10000 + ids_.size());
    auth::Caller owner = caller;
    owner.access_key = *AccessKeyId::parse(id);
    credentials_[id] = std::make_shared<const auth::Credential>(std::move(owner), SecretBytes::copy_of(kSecretKey),
                                                                auth::KeyState::kActive);
    ids_[caller.arn] = id;
    return id;
  }

  Result<std::shared_ptr<const auth::Credential>> find(const auth::ClaimedCredential& claimed) const override {
    const std::lock_guard lock(mutex_);
    const auto found = credentials_.find(claimed.access_key_id);
    return found == credentials_.end() ? nullptr : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> ids_;  // by ARN of the caller
  std::map<std::string, std::shared_ptr<const auth::Credential>, std::less<>> credentials_;
};

// One region as its clients see it. The front door's clock is the world's; deadlines of connections are real time.
class Endpoint {
 public:
  Endpoint(World& world, std::string_view region, const Keys& keys)
      : door_({.region = *Region::parse(region),
               .credentials = keys,
               .authorizer = world.authorizer(region),
               .clock = world.clock,
               .random = random_,
               .workers = workers_,
               .scanners = scanners_,
               .healthy = [] { return true; },
               .audit = *audit_,
               .log = log_},
              {unlimited(world.service(region))}),
        server_(must(net::HttpServer::start({}, door_, real_clock_, log_))),
        client_(net::HttpClient::make({.port = server_->port()})) {}

  ~Endpoint() {
    server_->stop(Duration::zero());
    workers_.stop();
    scanners_.stop();
  }

  Result<net::ClientResponse> send(const net::ClientRequest& request) { return client_->send(request, kTimeout); }

 private:
  // Cases are about operations. Their clock stands still: to the throttle they would all come at once.
  static api::Service unlimited(api::Service service) {
    service.quotas.clear();
    return service;
  }

  SystemClock real_clock_;
  crypto::SystemRandom random_;
  Log log_{real_clock_, STDERR_FILENO, LogLevel::kError};
  std::unique_ptr<api::Audit> audit_ = api::make_null_audit();
  WorkerPool workers_{1, 4};
  WorkerPool scanners_{1, 4};
  api::FrontDoor door_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<net::HttpClient> client_;
};

class WireCalls final : public Calls {
 public:
  explicit WireCalls(World& world) : world_(world) {}

  Answer call(std::string_view region, const auth::Caller& caller, std::string_view operation,
              std::string_view body) override {
    const std::string host = "secretsmanager." + std::string(region) + ".amazonaws.com";
    const std::string date = iso_basic(world_.clock.now());
    const std::string target = "secretsmanager." + std::string(operation);
    net::ClientRequest request{.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                                           {"Host", host},
                                           {"X-Amz-Date", date},
                                           {"X-Amz-Target", target}},
                               .body = body};
    auth::SigningRequest signing{.method = "POST", .target = "/", .headers = {}, .body = body};
    for (const auto& [name, value] : request.headers)
      signing.headers.push_back({name, value});
    const std::string authorization = auth::sign(signing, keys_.key_of(caller), SecretBytes::copy_of(kSecretKey),
                                                 {.region = region, .service = "secretsmanager"}, world_.clock.now());
    request.headers.emplace_back("Authorization", authorization);

    const auto response = endpoint(region).send(request);
    if (!response.ok()) {
      ADD_FAILURE() << "no answer: " << response.error().message;
      return {};
    }
    check(*response);
    return answer(*response);
  }

  bool tells_internals() const override { return false; }

 private:
  Endpoint& endpoint(std::string_view region) {
    auto found = endpoints_.find(region);
    if (found == endpoints_.end()) {
      found = endpoints_.emplace(region, std::make_unique<Endpoint>(world_, region, keys_)).first;
    }
    return *found->second;
  }

  void check(const net::ClientResponse& response) {
    for (const std::string& breach : wire_breaches(response))
      ADD_FAILURE() << breach << "\nin " << response.status << " " << response.body.view();
    EXPECT_TRUE(request_ids_.insert(header_of(response, "x-amzn-requestid")).second) << "a request id came twice";
  }

  static Answer answer(const net::ClientResponse& response) {
    Answer answer{.status = response.status, .error = "", .message = "", .output = std::string(response.body.view())};
    if (response.status == 200) return answer;
    json::error_code error;
    const json::value body = json::parse(response.body.view(), error);
    if (error || !body.is_object()) return answer;
    for (const auto& [key, value] : body.as_object()) {
      if (!value.is_string()) continue;
      if (key == "__type") answer.error = std::string(value.as_string());
      if (key == "Message" || key == "message") answer.message = std::string(value.as_string());
    }
    return answer;
  }

  World& world_;
  Keys keys_;
  std::map<std::string, std::unique_ptr<Endpoint>, std::less<>> endpoints_;
  std::set<std::string> request_ids_;
};

}  // namespace

std::unique_ptr<Calls> make_wire_calls(World& world) {
  return std::make_unique<WireCalls>(world);
}

}  // namespace coffer::secretsmanager::testing
