// HTTP messages as plain values. No Boost here: Beast is hidden in request_parser.cc and response_parser.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret_bytes.h"

namespace coffer::net {

struct Header {
  std::string_view name;   // as received, any case
  std::string_view value;  // without surrounding white space
};

// ASCII, case-insensitive.
bool header_name_equals(std::string_view a, std::string_view b);

// A received request. All views point into the connection's buffers and stay valid until the reply is sent; the buffers
// are wiped afterwards.
struct Request {
  std::string_view method;
  std::string_view target;  // as on the request line: path and query, still encoded
  std::span<const Header> headers;
  std::string_view body;
  std::string_view peer_address;  // "127.0.0.1:50412", "unix"
  std::string_view peer_name;     // common name of the verified client certificate; empty without mutual TLS

  // The first header of that name; nullopt when there is none.
  std::optional<std::string_view> header(std::string_view name) const;
};

// The answer, owned by the connection and reused: fill it, then send it. Content-Length, Date, Connection are added.
struct Reply {
  int status = 200;
  std::string_view content_type;  // must outlive the reply: use literals. Empty: application/json if there is a body
  std::vector<std::pair<std::string_view, std::string>> headers;  // names must outlive the reply: use literals
  SecretBuffer body;
  bool close = false;  // close the connection after this reply

  void reset();
};

// The right and duty to answer one request. Dropped without send(): the client gets an empty 500 and the connection is
// closed. May be moved to another thread; the connection waits.
class Responder {
 public:
  class Connection {
   public:
    virtual Reply& reply() = 0;
    virtual void send() = 0;     // any thread
    virtual void abandon() = 0;  // any thread

   protected:
    ~Connection() = default;
  };

  // `keep_alive` keeps the connection's memory until the responder is gone.
  Responder(Connection& connection, std::shared_ptr<void> keep_alive);
  Responder(Responder&& other) noexcept;
  Responder& operator=(Responder&&) = delete;
  ~Responder();

  Reply& reply() { return connection_->reply(); }
  // At most once; the responder is spent afterwards.
  void send();

 private:
  Connection* connection_;
  std::shared_ptr<void> keep_alive_;
};

// What a server does with requests. Called on an I/O thread: must not block; move the responder to a WorkerPool to
// wait.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void handle(const Request& request, Responder responder) = 0;
  // Fills the reply to a request that never became one: 400 (malformed), 408 (too slow), 413 (body over the limit),
  // 431 (headers over the limit), 503 (too many connections, or
  // too much memory for bodies). The connection is closed afterwards.
  virtual void refuse(int status, Reply& reply) = 0;
};

}  // namespace coffer::net
