// For this room's tests: a server with a handler made of a function, a raw client that speaks exactly the bytes it is
// told, and certificates made on the spot. Every wait has a limit, so a broken server fails a test instead of hanging
// it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/socket_address.h"

namespace coffer::net::testing {

using HandlerFunction = std::function<void(const Request&, Responder)>;

// Answers with what it was asked: "POST /x body" and the length of the body.
void echo(const Request& request, Responder responder);

class FunctionHandler final : public Handler {
 public:
  explicit FunctionHandler(HandlerFunction function) : function_(std::move(function)) {}
  void handle(const Request& request, Responder responder) override { function_(request, std::move(responder)); }
  void refuse(int status, Reply& reply) override { reply.body.append("refused " + std::to_string(status)); }

 private:
  HandlerFunction function_;
};

class TestServer {
 public:
  explicit TestServer(HandlerFunction function = echo, const ServerOptions& options = {});

  HttpServer& operator*() { return *server_; }
  HttpServer* operator->() { return server_.get(); }
  uint16_t port() const { return server_->port(); }
  // A client of ours for this server.
  ClientOptions client_options() const;

 private:
  SystemClock clock_;
  Log log_;
  FunctionHandler handler_;
  ServerOptions options_;
  std::unique_ptr<HttpServer> server_;
};

struct RawReply {
  int status = 0;
  std::string head;
  std::string body;
  // The value of a header, looked up in lower case; nullopt when it is not there.
  std::optional<std::string> header(std::string_view name) const;
};

// A blocking connection. All reads give up after a few seconds.
class RawClient {
 public:
  explicit RawClient(uint16_t port);
  explicit RawClient(const std::string& unix_path);

  void send(std::string_view bytes);
  // The next reply; status 0 when the connection ends or nothing comes. `has_body` false for the answer to HEAD.
  RawReply reply(bool has_body = true);
  // True if the server closes the connection, without another byte, before the time is up.
  bool is_closed();
  // Whether nothing at all arrives for a short while.
  bool is_silent();
  void shutdown_write();
  void close() { socket_.close(); }
  // Closes with a reset instead of a farewell.
  void reset();

 private:
  bool receive();

  Descriptor socket_;
  std::string buffer_;
};

// Waits until `condition` holds; false after a few seconds.
bool eventually(const std::function<bool()>& condition);

// "POST / HTTP/1.1", Host, Content-Length and the body.
std::string post(std::string_view target, std::string_view body, std::string_view more_headers = "");

// A folder that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string path(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

void write_file(const std::string& path, std::string_view content, unsigned mode = 0600);

// A certificate authority; ca_file() is its own certificate.
class Authority {
 public:
  Authority(const TemporaryFolder& folder, std::string name);
  ~Authority();

  struct Files {
    std::string certificate;
    std::string key;
  };
  const std::string& ca_file() const { return ca_file_; }
  Files issue(const std::string& common_name) const;

 private:
  struct Keys;

  const TemporaryFolder& folder_;
  const std::string name_;
  std::string ca_file_;
  std::unique_ptr<Keys> keys_;
};

}  // namespace coffer::net::testing
