// One request to a net::Handler without a network: holds the request's memory, waits for the reply.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/message.h"

namespace coffer::server {

class FakeExchange final : public net::Responder::Connection {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  FakeExchange(std::string method, std::string target, Headers headers = {}, std::string body = "")
      : method_(std::move(method)), target_(std::move(target)), texts_(std::move(headers)), body_(std::move(body)) {
    for (const auto& [name, value] : texts_)
      headers_.push_back({name, value});
  }

  // Hands the request over and waits until it has been answered or dropped.
  net::Reply& send_to(net::Handler& handler) {
    start(handler);
    return wait();
  }
  void start(net::Handler& handler) {
    net::Request request;
    request.method = method_;
    request.target = target_;
    request.headers = headers_;
    request.body = body_;
    handler.handle(request, net::Responder(*this, nullptr));
  }
  net::Reply& wait() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return answered_ || dropped_; });
    return reply_;
  }
  bool dropped() const { return dropped_; }
  std::string body() const { return std::string(reply_.body.view()); }
  std::string header(std::string_view name) const {
    for (const auto& [key, value] : reply_.headers) {
      if (net::header_name_equals(key, name)) return value;
    }
    return "";
  }

  net::Reply& reply() override { return reply_; }
  void send() override { finish(answered_); }
  void abandon() override { finish(dropped_); }

 private:
  void finish(bool& how) {
    std::lock_guard lock(mutex_);
    how = true;
    done_.notify_all();
  }

  std::string method_;
  std::string target_;
  Headers texts_;
  std::string body_;
  std::vector<net::Header> headers_;
  net::Reply reply_;
  std::mutex mutex_;
  std::condition_variable done_;
  bool answered_ = false;
  bool dropped_ = false;
};

}  // namespace coffer::server
