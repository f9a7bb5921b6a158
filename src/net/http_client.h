// A blocking HTTP/1.1 client with one kept-alive connection, for engines that own a thread (replication), for the
// gateway and for the command line. Not thread-safe: one client per thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "net/tls.h"

namespace coffer::net {

struct Endpoint;

// What to do when a kept-alive connection turns out closed before any byte of the answer: nobody knows whether the
// request was carried out.
enum class OnStaleConnection : uint8_t { kFail, kSendAgain };

struct ClientOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 0;
  std::string unix_path;  // if set, instead of host and port
  std::optional<TlsClientOptions> tls;
  Duration connect_timeout = std::chrono::seconds(5);
  size_t max_body_bytes = 16 * 1024 * 1024;
  OnStaleConnection on_stale_connection = OnStaleConnection::kFail;
  // Asked of each address of the host, whenever it is connected to: what a name led to before proves nothing. None:
  // all.
  std::function<bool(const Endpoint&)> may_reach{};
  // Asked several times a second while it waits; true: no more waiting, kAborted. None: it waits.
  std::function<bool()> is_given_up{};
};

struct ClientRequest {
  std::string_view method = "POST";
  std::string_view target = "/";
  // Sent as they are, in this order. Content-Length is added unless present; Host is added unless present.
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view body;
};

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names lower case
  SecretBuffer body;
};

class HttpClient {
 public:
  static std::unique_ptr<HttpClient> make(const ClientOptions& options);
  virtual ~HttpClient() = default;

  // Connects, unless a connection is kept that the peer has not closed. What fails here was certainly not sent. Errors
  // as of send().
  virtual Result<void> connect(Duration timeout) = 0;

  // Connects if need be; every new connection reads the TLS files again. Waits no longer than `timeout`, looking up the
  // host's name included. kIo (cannot connect, reset), kTimeout, kAborted (given up), kCorrupt (the answer is no HTTP,
  // or too large), or
  // kPermission (TLS is refused by either end; the host has only addresses that may not be reached), with a message
  // naming the peer. Redirections are answers like any
  // other.
  virtual Result<ClientResponse> send(const ClientRequest& request, Duration timeout) = 0;

  // Whether the last send() failed and the server has certainly done nothing with the request: no connection was made,
  // or the server ended it because of this client's certificate. Of all other failures nobody knows.
  virtual bool was_unread() const = 0;
};

}  // namespace coffer::net
