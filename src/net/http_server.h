// An HTTP/1.1 server for small messages: one event loop per thread, each with its own accept socket (SO_REUSEPORT);
// keep-alive, one request at a time per connection (pipelined requests are answered in order), plain, TLS, mutual TLS
// or a Unix socket. Promises: every limit below is enforced before memory is spent; a slow or silent peer is cut off.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "net/message.h"
#include "net/tls.h"

namespace coffer::net {

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 0;      // 0: the system chooses, see HttpServer::port()
  std::string unix_path;  // if set, a Unix socket (0600) at this path instead of address and port
  std::optional<TlsServerOptions> tls;
  unsigned threads = 1;
  size_t max_connections = 10'000;
  size_t max_header_bytes = 16 * 1024;
  size_t max_body_bytes = 1024 * 1024;
  // Memory for the requests of all connections together, from the head that announces a body until the reply is sent. A
  // request beyond it is answered 503 and not read. What a connection keeps anyway, up to 32 KiB, does not count.
  size_t max_buffered_bytes = 256 * 1024 * 1024;
  Duration header_timeout = std::chrono::seconds(10);  // from the first byte of a request to the end of its headers
  Duration body_timeout = std::chrono::seconds(30);    // from the headers to the end of the body
  Duration idle_timeout = std::chrono::seconds(75);    // between requests, and for a reply the peer does not read
};

class HttpServer {
 public:
  // Bound and listening when it returns; the handler must outlive the server. kIo with a message that names the address
  // when the port is in use or may not be used; TLS errors as in tls.h.
  static Result<std::unique_ptr<HttpServer>> start(const ServerOptions& options, Handler& handler, const Clock& clock,
                                                   const Log& log);
  virtual ~HttpServer() = default;  // stops

  virtual uint16_t port() const = 0;
  // Accepts no more, lets requests under way finish for up to `grace`, closes everything, joins. Idempotent.
  virtual void stop(Duration grace) = 0;
  // Replaces certificate and key for new connections.
  virtual Result<void> reload_tls(const TlsServerOptions& tls) = 0;
  virtual size_t connections() const = 0;
};

}  // namespace coffer::net
