// The two ends of a connection read and write through this: a non-blocking byte stream over a socket, plain or TLS.
// Never raises SIGPIPE. Does not own the socket. Not thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "net/tls_context.h"

namespace coffer::net {

class Channel {
 public:
  enum class Status {
    kOk,
    kWantRead,   // try again when the socket is readable
    kWantWrite,  // try again when the socket is writable
    kEnd,        // the peer has finished sending
    kFailed,     // reset, or TLS broken; see failure()
  };
  struct Outcome {
    Status status;
    size_t bytes = 0;  // with kOk, at least 1
  };

  Channel() = default;
  explicit Channel(int fd) : fd_(fd) {}
  Channel(int fd, TlsSession tls) : fd_(fd), tls_(std::move(tls)) {}

  bool is_tls() const { return tls_ != nullptr; }
  // TLS only. kOk when done.
  Status handshake();
  Outcome read(std::span<char> space);
  Outcome write(std::string_view bytes);
  // After read() returned `got` of `asked` bytes: whether another read() may return bytes without waiting for the
  // socket.
  bool may_have_more(size_t got, size_t asked) const;
  // Tells the peer that nothing follows. Best effort.
  void finish();
  // Takes what the peer still sends and throws it away; after finish().
  Outcome discard();

  // Common name of the verified peer certificate; empty without one.
  std::string peer_name() const;
  // Why the last call failed: for a log line or an error message.
  const std::string& failure() const { return failure_; }
  // It failed because one end does not accept the other: its certificate, its version of TLS, what it says. So the peer
  // is there, which is not known of one that only went away.
  bool is_refused() const { return is_refused_; }
  // Whether it failed because the peer does not take this side's certificate, or wants one. With TLS 1.3 a client hears
  // of that after its own handshake is done.
  bool is_certificate_refused() const { return is_certificate_refused_; }

 private:
  Outcome receive(std::span<char> space);
  Outcome tls_outcome(int result);

  int fd_ = -1;
  TlsSession tls_;
  std::string failure_;
  bool is_refused_ = false;
  bool is_certificate_refused_ = false;
};

}  // namespace coffer::net
