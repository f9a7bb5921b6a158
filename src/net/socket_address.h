// Sockets as file descriptors: listening, connecting, naming peers. All are close-on-exec and non-blocking.
// Unix paths of any length work: what does not fit into a socket address is reached through /proc/self/fd.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace coffer::net {

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void close();

 private:
  int fd_ = -1;
};

struct Listener {
  std::vector<Descriptor> sockets;  // one per thread, all at the same address
  uint16_t port = 0;                // 0 for a Unix socket
  std::string unix_path;
  dev_t device = 0;  // of the Unix socket's file
  ino_t inode = 0;

  // Removes the Unix socket's file, unless another process has put its own there.
  void unlink() const;
};

// `count` sockets that share the port. Nobody else may listen there: kIo, with a message for a person, when somebody
// does.
Result<Listener> listen_tcp(const std::string& address, uint16_t port, unsigned count);
// Mode 0600. A socket file that nobody listens on is replaced; kIo when somebody does, or when it is not a socket.
Result<Listener> listen_unix(const std::string& path, unsigned count);

struct Endpoint {
  alignas(8) unsigned char address[128];  // a sockaddr_storage
  unsigned size = 0;
};

// Starts to connect; the socket becomes writable when it is decided (connect_outcome()). kIo.
Result<Descriptor> start_connect_unix(const std::string& path);
Result<Descriptor> start_connect(const Endpoint& endpoint);
// `host` as an address; nullopt when it is a name.
std::optional<Endpoint> resolve_address(const std::string& host, uint16_t port);
// All addresses of `host`, to be tried in order. Blocks while the name is resolved. kIo when there is none.
Result<std::vector<Endpoint>> resolve(const std::string& host, uint16_t port);
// errno of a connect that has been decided; 0 when connected.
int connect_outcome(int fd);

// "127.0.0.1", "::1": without its port.
std::string address_text(const Endpoint& endpoint);
// "127.0.0.1:4566", "[::1]:4566", "unix".
std::string peer_text(int fd);
std::string host_and_port(std::string_view host, uint16_t port);
// "address already in use": strerror() without the capital letter, thread-safe.
std::string errno_text(int error);

}  // namespace coffer::net
