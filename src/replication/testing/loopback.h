// An HttpClient that calls a Handler of the same process, for tests of both ends of the link without sockets. The other
// region's restarts, failures and delays are the test's to play.
#pragma once

#include <future>
#include <memory>
#include <string>

#include "net/http_client.h"
#include "net/message.h"

namespace coffer::replication::testing {

class LoopbackClient final : public net::HttpClient {
 public:
  // What happens to the next requests.
  enum class Weather { kFine, kNoConnection, kCertificateRefused, kAnswerLost, kHeldBack };

  LoopbackClient(net::Handler*& handler, std::string peer_name) : handler_(handler), peer_name_(std::move(peer_name)) {}

  Result<void> connect(Duration) override {
    if (weather == Weather::kNoConnection) return Error{ErrorCode::kIo, "connection refused"};
    return {};
  }

  Result<net::ClientResponse> send(const net::ClientRequest& request, Duration) override {
    ++requests;
    if (weather == Weather::kNoConnection) return Error{ErrorCode::kIo, "connection refused"};
    if (weather == Weather::kCertificateRefused) return Error{ErrorCode::kIo, "tlsv1 alert unknown ca"};
    if (weather == Weather::kHeldBack) {
      held_back = std::string(request.body);
      return Error{ErrorCode::kTimeout, "no answer"};
    }
    net::ClientResponse response = call(request.method, request.target, request.body);
    if (weather == Weather::kAnswerLost) return Error{ErrorCode::kTimeout, "no answer"};
    return response;
  }

  bool was_unread() const override {
    return weather == Weather::kNoConnection || weather == Weather::kCertificateRefused;
  }

  net::ClientResponse call(std::string_view method, std::string_view target, std::string_view body) {
    auto connection = std::make_shared<Connection>();
    std::future<void> sent = connection->sent.get_future();
    net::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.peer_address = "loopback";
    request.peer_name = peer_name_;
    handler_->handle(request, net::Responder(*connection, connection));
    sent.wait();
    net::ClientResponse response;
    response.status = connection->answer.status;
    response.body = std::move(connection->answer.body);
    return response;
  }

  // Lets a request that was held back arrive after all; returns the status of its answer.
  int deliver_held_back() { return call("POST", "/replicate", held_back).status; }

  Weather weather = Weather::kFine;
  std::string held_back;
  int requests = 0;

 private:
  struct Connection final : net::Responder::Connection {
    net::Reply& reply() override { return answer; }
    void send() override { sent.set_value(); }
    void abandon() override {
      answer.status = 500;
      sent.set_value();
    }
    net::Reply answer;
    std::promise<void> sent;
  };

  net::Handler*& handler_;  // changes when the region "restarts"
  const std::string peer_name_;
};

}  // namespace coffer::replication::testing
