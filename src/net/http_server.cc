#include "net/http_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "net/byte_budget.h"
#include "net/session.h"
#include "net/socket_address.h"

namespace coffer::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// A concrete executor: any_io_executor costs a quarter of the throughput.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr int kAcceptsPerTurn = 64;
constexpr Duration kShortestSweep = std::chrono::milliseconds(10);
constexpr Duration kLongestSweep = std::chrono::milliseconds(500);

Duration sweep_interval(const ServerOptions& options) {
  const Duration shortest = std::min({options.header_timeout, options.body_timeout, options.idle_timeout});
  return std::clamp(shortest / 4, kShortestSweep, kLongestSweep);
}

// What all loops of one server share. Lives as long as any of its connections.
struct Common {
  Common(const ServerOptions& options, Handler& handler, const Clock& clock, const Log& log)
      : options(options), handler(handler), clock(clock), log(log), buffers(options.max_buffered_bytes) {}

  const ServerOptions options;
  Handler& handler;
  const Clock& clock;
  const Log& log;
  std::atomic<size_t> connections = 0;
  ByteBudget buffers;

  std::shared_ptr<const TlsContext> tls() const {
    const std::lock_guard lock(mutex_);
    return tls_;
  }
  void set_tls(std::shared_ptr<const TlsContext> tls) {
    const std::lock_guard lock(mutex_);
    tls_ = std::move(tls);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsContext> tls_;
};

class Loop;

class Connection final : public Session {
 public:
  Connection(std::shared_ptr<Loop> loop, Socket socket, TlsSession tls);

  size_t index = 0;  // in the loop's list

 private:
  void wait(Direction direction) override;
  void on_close() override;
  void post(Answer answer) override;

  const std::shared_ptr<Loop> loop_;  // first, so that the socket's loop outlives the socket
  Socket socket_;
  uint64_t latest_wait_ = 0;
};

// One thread, its event loop, its accept socket and its connections.
class Loop : public std::enable_shared_from_this<Loop> {
 public:
  explicit Loop(std::shared_ptr<Common> common)
      : common_(std::move(common)),
        shared_{.options = common_->options,
                .handler = common_->handler,
                .log = common_->log,
                .buffers = common_->buffers,
                .thread = {},
                .sweep_interval = sweep_interval(common_->options),
                .now = {},
                .date = {}},
        acceptor_(io_),
        sweep_timer_(io_),
        grace_timer_(io_) {
    tick();
  }

  Result<void> listen(Descriptor listener) {
    error_code ec;
    acceptor_.assign(asio::generic::stream_protocol(AF_INET, 0), listener.get(), ec);
    if (ec) return Error{ErrorCode::kIo, "cannot watch the accept socket: " + ec.message()};
    listener.release();
    return {};
  }

  // The thread's body.
  void run();
  // Any thread; does nothing once the loop has ended.
  template <class Function>
  void post(Function function) {
    const std::lock_guard lock(post_mutex_);
    if (!ended_) asio::post(io_, std::move(function));
  }
  // Any thread.
  void stop(Duration grace) {
    post([self = shared_from_this(), grace] { self->begin_stop(grace); });
  }

  Session::Shared& shared() { return shared_; }
  void forget(Connection& connection);

 private:
  void tick() {
    shared_.now = common_->clock.monotonic();
    shared_.date.update(common_->clock.now());
  }
  void sweep();
  void wait_for_connections();
  void accept_some();
  // Null when resources are short.
  std::shared_ptr<Connection> make_connection(Descriptor fd);
  void turn_away(int fd);
  void begin_stop(Duration grace);

  const std::shared_ptr<Common> common_;
  Session::Shared shared_;
  asio::io_context io_{1};
  Socket acceptor_;
  Timer sweep_timer_;
  Timer grace_timer_;
  bool accept_paused_ = false;
  std::vector<std::shared_ptr<Connection>> connections_;

  std::mutex post_mutex_;
  bool ended_ = false;
};

Connection::Connection(std::shared_ptr<Loop> loop, Socket socket, TlsSession tls)
    : Session(loop->shared(), socket.native_handle(), std::move(tls)),
      loop_(std::move(loop)),
      socket_(std::move(socket)) {}

void Connection::wait(Direction direction) {
  const auto type = direction == Direction::kRead ? Socket::wait_read : Socket::wait_write;
  socket_.async_wait(type, [self = shared_from_this(), this, wait = ++latest_wait_](error_code ec) {
    if (!ec && wait == latest_wait_) run();
  });
}

void Connection::on_close() {
  error_code ignored;
  socket_.close(ignored);
  loop_->forget(*this);
}

void Connection::post(Answer answer) {
  loop_->post([self = shared_from_this(), this, answer] { deliver(answer); });
}

void Loop::run() {
  shared_.thread = std::this_thread::get_id();
  sweep();
  wait_for_connections();
  io_.run();
  {
    const std::lock_guard lock(post_mutex_);
    ended_ = true;
  }
  // What is still queued refers to connections, which refer to this loop: let it go.
  io_.restart();
  io_.poll();
}

void Loop::sweep() {
  tick();
  // Backwards, because forget() moves the last connection into the gap.
  for (size_t i = connections_.size(); i-- > 0;) {
    if (i >= connections_.size()) continue;
    if (const auto connection = connections_[i]; connection->is_overdue()) connection->expire();
  }
  if (accept_paused_ && !shared_.stopping) wait_for_connections();
  sweep_timer_.expires_after(shared_.sweep_interval);
  sweep_timer_.async_wait([this](error_code ec) {
    if (!ec) sweep();
  });
}

void Loop::wait_for_connections() {
  accept_paused_ = false;
  acceptor_.async_wait(Socket::wait_read, [this](error_code ec) {
    if (!ec && acceptor_.is_open()) accept_some();
  });
}

void Loop::accept_some() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    Descriptor fd(::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd.is_open()) {
      if (errno == EAGAIN) break;
      if (errno == ECONNABORTED || errno == EINTR) continue;
      // Out of descriptors or memory: waiting at once would spin, the next sweep tries again.
      common_->log.warning("accept_failed", {{"reason", errno_text(errno)}});
      accept_paused_ = true;
      return;
    }
    if (common_->connections.fetch_add(1) >= common_->options.max_connections) {
      turn_away(fd.get());
      common_->connections.fetch_sub(1);
      continue;
    }
    if (const std::shared_ptr<Connection> connection = make_connection(std::move(fd))) {
      connection->run();
    } else {
      common_->connections.fetch_sub(1);
    }
  }
  wait_for_connections();
}

std::shared_ptr<Connection> Loop::make_connection(Descriptor fd) {
  try {
    const std::shared_ptr<const TlsContext> tls = common_->tls();
    TlsSession session = tls ? tls->session(fd.get()) : nullptr;
    if (tls && !session) return nullptr;
    // Fails on a Unix socket, which has no such delay.
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Socket socket(io_);
    socket.assign(asio::generic::stream_protocol(AF_INET, 0), fd.get());
    fd.release();
    auto connection = std::make_shared<Connection>(shared_from_this(), std::move(socket), std::move(session));
    connection->index = connections_.size();
    connections_.push_back(connection);
    return connection;
  } catch (const std::exception& failure) {
    common_->log.error("accept_failed", {{"reason", failure.what()}});
    return nullptr;
  }
}

void Loop::turn_away(int fd) {
  if (common_->options.tls) return;
  Reply reply;
  reply.status = 503;
  common_->handler.refuse(503, reply);
  SecretBuffer out;
  write_reply(reply, shared_.date.text(), Persistence::kClose, BodyRule::kSend, out);
  Channel channel(fd);
  channel.write(out.view());
  channel.finish();
  // A reset because of unread bytes would take the reply back.
  channel.discard();
}

void Loop::forget(Connection& connection) {
  const size_t index = connection.index;
  std::swap(connections_[index], connections_.back());
  connections_[index]->index = index;
  connections_.pop_back();
  common_->connections.fetch_sub(1);
  if (shared_.stopping && connections_.empty()) io_.stop();
}

void Loop::begin_stop(Duration grace) {
  if (shared_.stopping) return;
  shared_.stopping = true;
  error_code ignored;
  acceptor_.close(ignored);
  for (size_t i = connections_.size(); i-- > 0;) {
    if (i < connections_.size()) std::shared_ptr(connections_[i])->drain();
  }
  if (connections_.empty()) {
    io_.stop();
    return;
  }
  grace_timer_.expires_after(grace);
  grace_timer_.async_wait([this](error_code ec) {
    if (ec) return;
    while (!connections_.empty())
      std::shared_ptr(connections_.back())->close();
  });
}

class Server final : public HttpServer {
 public:
  Server(std::shared_ptr<Common> common, Listener listener)
      : common_(std::move(common)), listener_(std::move(listener)) {}
  ~Server() override { stop(Duration::zero()); }

  Result<void> run() {
    for (Descriptor& socket : listener_.sockets) {
      loops_.push_back(std::make_shared<Loop>(common_));
      COFFER_TRY(loops_.back()->listen(std::move(socket)));
    }
    for (const auto& loop : loops_) {
      threads_.emplace_back([loop] { loop->run(); });
      ::pthread_setname_np(threads_.back().native_handle(), "coffer-net");
    }
    return {};
  }

  uint16_t port() const override { return listener_.port; }
  size_t connections() const override { return common_->connections.load(); }

  void stop(Duration grace) override {
    const std::lock_guard lock(stop_mutex_);
    for (size_t i = 0; i < threads_.size(); ++i)
      loops_[i]->stop(grace);
    for (std::thread& thread : threads_)
      thread.join();
    if (!stopped_) listener_.unlink();
    stopped_ = true;
    threads_.clear();
    loops_.clear();
  }

  Result<void> reload_tls(const TlsServerOptions& tls) override {
    if (!common_->options.tls) return Error{ErrorCode::kUsage, "this server was started without TLS"};
    COFFER_ASSIGN(auto context, TlsContext::server(tls));
    common_->set_tls(std::move(context));
    return {};
  }

 private:
  const std::shared_ptr<Common> common_;
  Listener listener_;
  std::vector<std::shared_ptr<Loop>> loops_;
  std::vector<std::thread> threads_;
  std::mutex stop_mutex_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ServerOptions& options, Handler& handler,
                                                      const Clock& clock, const Log& log) {
  const unsigned threads = std::max(options.threads, 1U);
  auto common = std::make_shared<Common>(options, handler, clock, log);
  if (options.tls) {
    COFFER_ASSIGN(auto context, TlsContext::server(*options.tls));
    common->set_tls(std::move(context));
  }
  auto listener = options.unix_path.empty() ? listen_tcp(options.address, options.port, threads)
                                            : listen_unix(options.unix_path, threads);
  if (!listener.ok()) return std::move(listener).error();
  try {
    auto server = std::make_unique<Server>(std::move(common), std::move(*listener));
    COFFER_TRY(server->run());
    return std::unique_ptr<HttpServer>(std::move(server));
  } catch (const std::exception& failure) {
    // No descriptors for an event loop, or no thread.
    return Error{ErrorCode::kIo, std::string("cannot start the HTTP server: ") + failure.what()};
  }
}

}  // namespace coffer::net
