// What all TLS connections of a server or a client share: certificate, key, trusted authorities, versions and ciphers.
// Immutable once made, so threads share it; a reload makes a new one.
// Must never: ask a terminal for a passphrase; accept a private key that others can read.
#pragma once

#include <memory>

#include "base/result.h"
#include "net/tls.h"

struct ssl_ctx_st;
struct ssl_st;

namespace coffer::net {

struct FreeTls {
  void operator()(ssl_ctx_st* context) const;
  void operator()(ssl_st* session) const;
};
using TlsSession = std::unique_ptr<ssl_st, FreeTls>;

class TlsContext {
 public:
  // kIo: a file cannot be read; kPermission: others may read the key; kUsage: a file does not hold what it should, or
  // the key belongs to another certificate. The message names the file.
  static Result<std::shared_ptr<const TlsContext>> server(const TlsServerOptions& options);
  static Result<std::shared_ptr<const TlsContext>> client(const TlsClientOptions& options);

  // One end of a connection over the non-blocking socket `fd`, which stays the caller's. Null when memory is short.
  TlsSession session(int fd) const;

 private:
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}

  std::unique_ptr<ssl_ctx_st, FreeTls> context_;
  bool is_server_ = false;
  std::string server_name_;
};

// What OpenSSL says about the last failure on this thread, without its codes; empties its queue.
std::string tls_failure();

}  // namespace coffer::net
