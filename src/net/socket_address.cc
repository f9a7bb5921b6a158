#include "net/socket_address.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>

namespace coffer::net {
namespace {

constexpr int kBacklog = 4096;

Error io_error(std::string message) {
  return Error{ErrorCode::kIo, std::move(message)};
}

Descriptor stream_socket(int family) {
  return Descriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

void set_option(int fd, int level, int option) {
  const int on = 1;
  ::setsockopt(fd, level, option, &on, sizeof on);
}

std::string listen_hint(int error) {
  switch (error) {
    case EADDRINUSE:
      return " (stop the program that uses it or choose another port)";
    case EACCES:
      return " (ports below 1024 need root or CAP_NET_BIND_SERVICE)";
    case EADDRNOTAVAIL:
      return " (this machine has no such address)";
    default:
      return "";
  }
}

// A Unix address, and the directory that must stay open while it is used.
struct UnixAddress {
  sockaddr_un address{};
  Descriptor directory;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

Result<UnixAddress> unix_address(const std::string& path) {
  UnixAddress result;
  result.address.sun_family = AF_UNIX;
  std::string shown = path;
  if (path.size() >= sizeof result.address.sun_path) {
    const size_t slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    result.directory = Descriptor(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!result.directory.is_open()) return io_error("cannot open " + directory + ": " + errno_text(errno));
    shown = "/proc/self/fd/" + std::to_string(result.directory.get()) + "/" +
            path.substr(slash == std::string::npos ? 0 : slash + 1);
  }
  if (shown.size() >= sizeof result.address.sun_path)
    return io_error(path + ": the file name is too long for a socket");
  std::memcpy(result.address.sun_path, shown.c_str(), shown.size() + 1);
  return result;
}

// Makes way for a new socket file at `path`: removes one that nobody listens on.
Result<void> clear_stale_socket(const std::string& path, const UnixAddress& address) {
  const auto refuse = [&](const std::string& why) { return io_error("cannot listen on " + path + ": " + why); };
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return refuse(errno_text(errno));
  }
  if (!S_ISSOCK(status.st_mode)) return refuse("a file that is not a socket is in the way");
  const Descriptor probe = stream_socket(AF_UNIX);
  if (!probe.is_open()) return refuse(errno_text(errno));
  if (::connect(probe.get(), address.get(), sizeof address.address) == 0 || errno == EAGAIN) {
    return refuse("already in use (stop the program that listens there)");
  }
  if (errno != ECONNREFUSED) return refuse(errno_text(errno));
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return refuse(errno_text(errno));
  return {};
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> find_addresses(const std::string& host, uint16_t port, int flags, const std::string& purpose) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (error != 0) return io_error(purpose + ::gai_strerror(error));
  return Addresses(list);
}

Endpoint endpoint_of(const addrinfo& info) {
  Endpoint endpoint;
  static_assert(sizeof endpoint.address >= sizeof(sockaddr_storage));
  std::memcpy(endpoint.address, info.ai_addr, info.ai_addrlen);
  endpoint.size = info.ai_addrlen;
  return endpoint;
}

uint16_t local_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Descriptor::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Listener::unlink() const {
  struct stat status {};
  if (unix_path.empty() || ::lstat(unix_path.c_str(), &status) != 0) return;
  if (status.st_dev == device && status.st_ino == inode) ::unlink(unix_path.c_str());
}

Result<Listener> listen_tcp(const std::string& address, uint16_t port, unsigned count) {
  const std::string purpose = "cannot listen on " + host_and_port(address, port) + ": ";
  const auto refuse = [&](int error) { return io_error(purpose + errno_text(error) + listen_hint(error)); };
  COFFER_ASSIGN(const Addresses found, find_addresses(address, port, AI_PASSIVE, purpose));
  sockaddr_storage bound{};
  std::memcpy(&bound, found->ai_addr, found->ai_addrlen);

  Listener listener;
  for (unsigned i = 0; i < count; ++i) {
    Descriptor fd = stream_socket(found->ai_family);
    if (!fd.is_open()) return refuse(errno);
    set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR);
    if (found->ai_family == AF_INET6) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY);
    // The first socket takes the port alone, so that a second server is told; only then is it shared among our own.
    if (i > 0) set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&bound), found->ai_addrlen) != 0) return refuse(errno);
    if (i == 0) {
      set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT);
      listener.port = local_port(fd.get());
      if (found->ai_family == AF_INET6) {
        reinterpret_cast<sockaddr_in6&>(bound).sin6_port = htons(listener.port);
      } else {
        reinterpret_cast<sockaddr_in&>(bound).sin_port = htons(listener.port);
      }
    }
    if (::listen(fd.get(), kBacklog) != 0) return refuse(errno);
    listener.sockets.push_back(std::move(fd));
  }
  return listener;
}

Result<Listener> listen_unix(const std::string& path, unsigned count) {
  const auto refuse = [&](int error) { return io_error("cannot listen on " + path + ": " + errno_text(error)); };
  COFFER_ASSIGN(const UnixAddress address, unix_address(path));
  COFFER_TRY(clear_stale_socket(path, address));
  Descriptor fd = stream_socket(AF_UNIX);
  if (!fd.is_open()) return refuse(errno);
  // The file gets the mode of the socket, so it is never open to others, not even for a moment.
  if (::fchmod(fd.get(), 0600) != 0) return refuse(errno);
  if (::bind(fd.get(), address.get(), sizeof address.address) != 0) return refuse(errno);
  Listener listener;
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return refuse(errno);
  listener.unix_path = path;
  listener.device = status.st_dev;
  listener.inode = status.st_ino;
  if (::listen(fd.get(), kBacklog) != 0) return refuse(errno);
  for (unsigned i = 1; i < count; ++i) {
    Descriptor copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
    if (!copy.is_open()) return refuse(errno);
    listener.sockets.push_back(std::move(copy));
  }
  listener.sockets.push_back(std::move(fd));
  return listener;
}

Result<Descriptor> start_connect_unix(const std::string& path) {
  COFFER_ASSIGN(const UnixAddress address, unix_address(path));
  Descriptor fd = stream_socket(AF_UNIX);
  if (!fd.is_open() || ::connect(fd.get(), address.get(), sizeof address.address) != 0) {
    return io_error("cannot connect to " + path + ": " + errno_text(errno));
  }
  return fd;
}

std::optional<Endpoint> resolve_address(const std::string& host, uint16_t port) {
  const auto found = find_addresses(host, port, AI_NUMERICHOST, {});
  return found.ok() ? std::optional(endpoint_of(**found)) : std::nullopt;
}

Result<std::vector<Endpoint>> resolve(const std::string& host, uint16_t port) {
  COFFER_ASSIGN(const Addresses found, find_addresses(host, port, 0, {}));
  std::vector<Endpoint> endpoints;
  for (const addrinfo* info = found.get(); info != nullptr; info = info->ai_next)
    endpoints.push_back(endpoint_of(*info));
  return endpoints;
}

Result<Descriptor> start_connect(const Endpoint& endpoint) {
  const auto* address = reinterpret_cast<const sockaddr*>(endpoint.address);
  Descriptor fd = stream_socket(address->sa_family);
  if (!fd.is_open()) return io_error(errno_text(errno));
  set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY);
  if (::connect(fd.get(), address, endpoint.size) != 0 && errno != EINPROGRESS) return io_error(errno_text(errno));
  return fd;
}

int connect_outcome(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

std::string address_text(const Endpoint& endpoint) {
  char text[INET6_ADDRSTRLEN] = "";
  const auto* const address = reinterpret_cast<const sockaddr*>(endpoint.address);
  if (address->sa_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  } else {
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text, sizeof text);
  }
  return text;
}

std::string peer_text(int fd) {
  Endpoint peer;
  socklen_t size = sizeof peer.address;
  auto* const address = reinterpret_cast<sockaddr*>(peer.address);
  if (::getpeername(fd, address, &size) != 0) return "unknown";
  if (address->sa_family == AF_INET) {
    return host_and_port(address_text(peer), ntohs(reinterpret_cast<const sockaddr_in*>(address)->sin_port));
  }
  if (address->sa_family == AF_INET6) {
    return host_and_port(address_text(peer), ntohs(reinterpret_cast<const sockaddr_in6*>(address)->sin6_port));
  }
  return "unix";
}

std::string host_and_port(std::string_view host, uint16_t port) {
  const bool is_v6 = host.find(':') != std::string_view::npos;
  std::string text;
  if (is_v6) text += '[';
  text += host;
  if (is_v6) text += ']';
  return text + ':' + std::to_string(port);
}

std::string errno_text(int error) {
  char buffer[128];
  std::string text = ::strerror_r(error, buffer, sizeof buffer);
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace coffer::net
