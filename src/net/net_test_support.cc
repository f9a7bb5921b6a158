#include "net/net_test_support.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "net/message.h"

namespace coffer::net::testing {
namespace {

constexpr int kPatienceMilliseconds = 10'000;

int null_device() {
  static const int fd = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  return fd;
}

void wait_until_connected(const Descriptor& socket) {
  pollfd waiting{socket.get(), POLLOUT, 0};
  ASSERT_EQ(::poll(&waiting, 1, kPatienceMilliseconds), 1);
  ASSERT_EQ(connect_outcome(socket.get()), 0);
}

}  // namespace

void echo(const Request& request, Responder responder) {
  Reply& reply = responder.reply();
  reply.content_type = "text/plain";
  reply.body.append(request.method);
  reply.body.push_back(' ');
  reply.body.append(request.target);
  reply.body.push_back(' ');
  reply.body.append(request.body);
  responder.send();
}

TestServer::TestServer(HandlerFunction function, const ServerOptions& options)
    : log_(clock_, null_device(), LogLevel::kDebug), handler_(std::move(function)), options_(options) {
  auto started = HttpServer::start(options, handler_, clock_, log_);
  if (!started.ok()) {
    ADD_FAILURE() << started.error().message;
    std::abort();
  }
  server_ = std::move(*started);
}

ClientOptions TestServer::client_options() const {
  ClientOptions options;
  options.port = server_->port();
  options.unix_path = options_.unix_path;
  return options;
}

std::optional<std::string> RawReply::header(std::string_view name) const {
  const std::string line_start = "\r\n" + std::string(name) + ": ";
  const size_t at = head.find(line_start);
  if (at == std::string::npos) return std::nullopt;
  const size_t begin = at + line_start.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

RawClient::RawClient(uint16_t port) {
  const auto endpoints = resolve("127.0.0.1", port);
  socket_ = std::move(*start_connect(endpoints.value().front()));
  wait_until_connected(socket_);
}

RawClient::RawClient(const std::string& unix_path) : socket_(std::move(*start_connect_unix(unix_path))) {}

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd waiting{socket_.get(), POLLOUT, 0};
    if (::poll(&waiting, 1, kPatienceMilliseconds) != 1) return;
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

bool RawClient::receive() {
  pollfd waiting{socket_.get(), POLLIN, 0};
  if (::poll(&waiting, 1, kPatienceMilliseconds) != 1) return false;
  char chunk[16384];
  const ssize_t got = ::recv(socket_.get(), chunk, sizeof chunk, 0);
  if (got > 0) buffer_.append(chunk, static_cast<size_t>(got));
  return got > 0;
}

RawReply RawClient::reply(bool has_body) {
  RawReply reply;
  size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive()) return {};
  }
  reply.head = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  const size_t size = has_body ? std::stoul(reply.header("content-length").value_or("0")) : 0;
  while (buffer_.size() < size) {
    if (!receive()) return {};
  }
  reply.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  reply.status = std::stoi(reply.head.substr(9, 3));
  return reply;
}

bool RawClient::is_closed() {
  pollfd waiting{socket_.get(), POLLIN, 0};
  if (!buffer_.empty() || ::poll(&waiting, 1, kPatienceMilliseconds) != 1) return false;
  char byte;
  return ::recv(socket_.get(), &byte, 1, 0) <= 0;
}

bool RawClient::is_silent() {
  pollfd waiting{socket_.get(), POLLIN, 0};
  return buffer_.empty() && ::poll(&waiting, 1, 20) == 0;
}

void RawClient::shutdown_write() {
  ::shutdown(socket_.get(), SHUT_WR);
}

void RawClient::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.close();
}

bool eventually(const std::function<bool()>& condition) {
  const SystemClock clock;
  const Duration end = clock.monotonic() + Duration(kPatienceMilliseconds);
  while (!condition()) {
    if (clock.monotonic() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

std::string post(std::string_view target, std::string_view body, std::string_view more_headers) {
  std::string text = "POST " + std::string(target) + " HTTP/1.1\r\nHost: test\r\nContent-Length: ";
  return text + std::to_string(body.size()) + "\r\n" + std::string(more_headers) + "\r\n" + std::string(body);
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "coffer-net-XXXXXX";
  path_ = ::mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::string& path, std::string_view content, unsigned mode) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  ::chmod(path.c_str(), mode);
}

}  // namespace coffer::net::testing
