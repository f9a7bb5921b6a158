#include "server/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "server/files.h"

namespace coffer::server {
namespace {

namespace fs = std::filesystem;

// The inodes of sockets that listen on the port, from /proc/net/tcp and tcp6:
// "  0: 0100007F:11D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 48213 ..."
std::vector<std::string> listening_inodes(uint16_t port) {
  std::vector<std::string> inodes;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(table);
    std::string line;
    while (std::getline(file, line)) {
      std::istringstream words(line);
      std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
      words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
      const size_t colon = local.find(':');
      unsigned number = 0;
      if (state != "0A" || colon == std::string::npos) continue;
      std::from_chars(local.data() + colon + 1, local.data() + local.size(), number, 16);
      if (number == port) inodes.push_back("socket:[" + inode + "]");
    }
  }
  return inodes;
}

bool has_descriptor(const fs::path& process, const std::vector<std::string>& inodes) {
  std::error_code error;
  for (fs::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    const std::string target = fs::read_symlink(it->path(), gone).string();
    for (const std::string& inode : inodes) {
      if (target == inode) return true;
    }
  }
  return false;
}

// "nginx (pid 812)"; nullopt when no process that we may look into has the socket.
std::optional<std::string> user_of(uint16_t port) {
  const auto inodes = listening_inodes(port);
  if (inodes.empty()) return std::nullopt;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string pid = it->path().filename().string();
    if (pid.empty() || std::isdigit(static_cast<unsigned char>(pid[0])) == 0) continue;
    if (!has_descriptor(it->path(), inodes)) continue;
    std::string name = "a process";
    std::ifstream comm(it->path() / "comm");
    std::getline(comm, name);
    return name + " (pid " + pid + ")";
  }
  return std::nullopt;
}

}  // namespace

Result<void> check_port_free(uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return Error{ErrorCode::kIo, "cannot make a socket: " + errno_text(errno)};
  // Connections of an earlier run may linger; only a listener is in the way.
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int error = 0;
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(descriptor, 1) != 0) {
    error = errno;
  }
  ::close(descriptor);
  if (error == 0) return {};
  const std::string name = "port " + std::to_string(port);
  if (error != EADDRINUSE) return Error{ErrorCode::kConflict, name + " may not be used: " + errno_text(error)};
  const auto user = user_of(port);
  return Error{ErrorCode::kConflict, name + " is in use" + (user ? " by " + *user : std::string())};
}

}  // namespace coffer::server
