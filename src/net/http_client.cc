#include "net/http_client.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "net/channel.h"
#include "net/look_up.h"
#include "net/message.h"
#include "net/response_parser.h"
#include "net/socket_address.h"

namespace coffer::net {
namespace {

// poll() waits in real time, so a deadline here is real time too, whatever clock the caller works with.
class Deadline {
 public:
  explicit Deadline(Duration timeout) : end_(SystemClock().monotonic() + timeout) {}

  Deadline sooner(Duration timeout) const {
    Deadline other(timeout);
    other.end_ = std::min(other.end_, end_);
    return other;
  }
  Duration left() const { return std::max(end_ - SystemClock().monotonic(), Duration::zero()); }
  int poll_milliseconds(Duration at_most) const { return static_cast<int>(std::min(left(), at_most).count()); }

 private:
  Duration end_;
};

enum class Poll { kReady, kTimeout, kGivenUp, kFailed };

constexpr Duration kLongPoll = std::chrono::seconds(1000);
constexpr Duration kAskEvery = std::chrono::milliseconds(100);  // whether it is given up

bool is_field_text(std::string_view text) {
  return text.find_first_of({"\r\n\0", 3}) == std::string_view::npos;
}
bool is_request_line_text(std::string_view text) {
  return !text.empty() && is_field_text(text) && text.find(' ') == std::string_view::npos;
}

class BlockingClient final : public HttpClient {
 public:
  explicit BlockingClient(const ClientOptions& options) : options_(options) {
    host_ = options.unix_path.empty() ? host_and_port(options.host, options.port) : "localhost";
    peer_ = options.unix_path.empty() ? host_ : options.unix_path;
  }

  Result<void> connect(Duration timeout) override {
    if (socket_.is_open() && !is_closed_by_peer()) return {};
    disconnect();
    return open_connection(Deadline(timeout));
  }

  Result<ClientResponse> send(const ClientRequest& request, Duration timeout) override {
    const Deadline deadline(timeout);
    is_unread_ = true;
    COFFER_TRY(format(request));
    auto response = attempt(request, deadline);
    const bool again = options_.on_stale_connection == OnStaleConnection::kSendAgain;
    if (!response.ok() && is_stale_ && again) {
      response = attempt(request, deadline);
      is_unread_ = false;
    }
    if (!response.ok()) disconnect();
    out_.clear();
    return response;
  }

  bool was_unread() const override { return is_unread_; }

 private:
  // Sets is_stale_ when a kept connection was closed before any byte of the answer.
  Result<ClientResponse> attempt(const ClientRequest& request, const Deadline& deadline);
  Result<void> format(const ClientRequest& request);
  Result<void> open_connection(const Deadline& deadline);
  Result<void> connect_to_host(const Deadline& deadline);
  Result<void> finish_connect(const Deadline& deadline);
  Poll poll_socket(short events, const Deadline& deadline) const;
  Result<void> start_tls(const Deadline& deadline);
  // Waits until the socket is ready for what `status` asks for; kTimeout at the deadline.
  Result<void> wait(Channel::Status status, const Deadline& deadline, const char* activity);
  Result<void> write_request(const Deadline& deadline);
  Result<ClientResponse> read_response(ResponseParser& parser, const Deadline& deadline);
  bool is_closed_by_peer();
  void disconnect();
  Error failure(const std::string& what) const { return {ErrorCode::kIo, peer_ + ": " + what}; }
  Error channel_failure(const std::string& before = {}) const {
    return {channel_.is_refused() ? ErrorCode::kPermission : ErrorCode::kIo,
            peer_ + ": " + before + channel_.failure()};
  }

  const ClientOptions options_;
  std::string host_;  // for the Host header
  std::string peer_;  // for messages
  std::shared_ptr<const TlsContext> tls_;
  Descriptor socket_;
  Channel channel_;
  SecretBuffer out_;
  bool is_stale_ = false;
  bool is_unread_ = false;
};

Result<ClientResponse> BlockingClient::attempt(const ClientRequest& request, const Deadline& deadline) {
  is_stale_ = false;
  if (socket_.is_open() && is_closed_by_peer()) disconnect();
  const bool reused = socket_.is_open();
  if (!reused) COFFER_TRY(open_connection(deadline));

  ResponseParser parser(options_.max_body_bytes, request.method == "HEAD" ? ResponseParser::BodyRule::kNone
                                                                          : ResponseParser::BodyRule::kAsFramed);
  is_unread_ = false;
  const auto written = write_request(deadline);
  const bool is_over =
      !written.ok() && (written.error().code == ErrorCode::kTimeout || written.error().code == ErrorCode::kAborted);
  if (is_over) return written.error();
  // A server that refuses a request may answer and close before it has read all of it: look for an answer all the same.
  auto response = read_response(parser, deadline);
  if (response.ok()) {
    if (!written.ok() || !parser.keep_alive()) disconnect();
    return response;
  }
  is_unread_ = channel_.is_certificate_refused();
  disconnect();
  is_stale_ = reused && !parser.started() && response.error().code == ErrorCode::kIo;
  return response;
}

Result<void> BlockingClient::format(const ClientRequest& request) {
  if (!is_request_line_text(request.method) || !is_request_line_text(request.target)) {
    return Error{ErrorCode::kUsage, "a method or target with a space or line end cannot be sent"};
  }
  bool has_host = false;
  bool has_length = false;
  out_.clear();
  out_.reserve(request.body.size() + 1024);
  out_.append(request.method);
  out_.push_back(' ');
  out_.append(request.target);
  out_.append(" HTTP/1.1\r\n");
  for (const auto& [name, value] : request.headers) {
    if (!is_request_line_text(name) || !is_field_text(value)) {
      return Error{ErrorCode::kUsage, "a header with a line end cannot be sent"};
    }
    has_host = has_host || header_name_equals(name, "host");
    has_length = has_length || header_name_equals(name, "content-length");
    out_.append(name);
    out_.append(": ");
    out_.append(value);
    out_.append("\r\n");
  }
  if (!has_host) {
    out_.append("host: ");
    out_.append(host_);
    out_.append("\r\n");
  }
  if (!has_length) {
    out_.append("content-length: ");
    out_.append(std::to_string(request.body.size()));
    out_.append("\r\n");
  }
  out_.append("\r\n");
  out_.append(request.body);
  return {};
}

Result<void> BlockingClient::open_connection(const Deadline& deadline) {
  const Deadline soon = deadline.sooner(options_.connect_timeout);
  if (options_.tls) {
    auto context = TlsContext::client(*options_.tls);
    // A certificate that is being replaced must not stop what works with the one before.
    if (!context.ok() && !tls_) return std::move(context).error();
    if (context.ok()) tls_ = std::move(*context);
  }
  if (!options_.unix_path.empty()) {
    COFFER_ASSIGN(socket_, start_connect_unix(options_.unix_path));
  } else {
    const auto connected = connect_to_host(soon);
    if (!connected.ok()) {
      return Error{connected.error().code, "cannot connect to " + peer_ + ": " + connected.error().message};
    }
  }
  if (options_.tls) return start_tls(soon);
  channel_ = Channel(socket_.get());
  return {};
}

Result<void> BlockingClient::connect_to_host(const Deadline& deadline) {
  COFFER_ASSIGN(std::vector<Endpoint> endpoints,
                look_up(options_.host, options_.port, deadline.left(), options_.is_given_up));
  if (options_.may_reach) {
    std::erase_if(endpoints, std::not_fn(options_.may_reach));
    if (endpoints.empty()) return Error{ErrorCode::kPermission, "its address may not be reached"};
  }
  Error last{ErrorCode::kIo, "no address"};
  for (const Endpoint& endpoint : endpoints) {
    auto started = start_connect(endpoint);
    if (started.ok()) {
      socket_ = std::move(*started);
      const auto connected = finish_connect(deadline);
      if (connected.ok()) return {};
      last = connected.error();
      socket_.close();
      if (last.code == ErrorCode::kAborted) break;
    } else {
      last = started.error();
    }
  }
  return last;
}

Result<void> BlockingClient::finish_connect(const Deadline& deadline) {
  const Poll polled = poll_socket(POLLOUT, deadline);
  if (polled == Poll::kTimeout) return Error{ErrorCode::kTimeout, "no answer in time"};
  if (polled == Poll::kGivenUp) return Error{ErrorCode::kAborted, "given up"};
  if (const int error = connect_outcome(socket_.get())) return Error{ErrorCode::kIo, errno_text(error)};
  return {};
}

// kFailed leaves errno.
Poll BlockingClient::poll_socket(short events, const Deadline& deadline) const {
  pollfd waiting{socket_.get(), events, 0};
  const Duration step = options_.is_given_up ? kAskEvery : kLongPoll;
  for (;;) {
    if (options_.is_given_up && options_.is_given_up()) return Poll::kGivenUp;
    const int ready = ::poll(&waiting, 1, deadline.poll_milliseconds(step));
    if (ready > 0) return Poll::kReady;
    if (ready < 0 && errno != EINTR) return Poll::kFailed;
    if (ready == 0 && deadline.left().count() == 0) return Poll::kTimeout;
  }
}

Result<void> BlockingClient::start_tls(const Deadline& deadline) {
  TlsSession session = tls_->session(socket_.get());
  if (!session) {
    socket_.close();
    return failure("cannot set up TLS: " + tls_failure());
  }
  channel_ = Channel(socket_.get(), std::move(session));
  for (;;) {
    const Channel::Status status = channel_.handshake();
    if (status == Channel::Status::kOk) return {};
    const bool waits = status == Channel::Status::kWantRead || status == Channel::Status::kWantWrite;
    auto waited = waits ? wait(status, deadline, "TLS handshake") : channel_failure("TLS handshake: ");
    if (waited.ok()) continue;
    disconnect();
    return waited;
  }
}

Result<void> BlockingClient::wait(Channel::Status status, const Deadline& deadline, const char* activity) {
  switch (poll_socket(status == Channel::Status::kWantWrite ? POLLOUT : POLLIN, deadline)) {
    case Poll::kReady:
      return {};
    case Poll::kTimeout:
      return Error{ErrorCode::kTimeout, peer_ + ": " + activity + " took too long"};
    case Poll::kGivenUp:
      return Error{ErrorCode::kAborted, peer_ + ": given up"};
    case Poll::kFailed:
      break;
  }
  return failure(errno_text(errno));
}

Result<void> BlockingClient::write_request(const Deadline& deadline) {
  for (size_t written = 0; written < out_.size();) {
    const Channel::Outcome outcome = channel_.write(out_.view().substr(written));
    switch (outcome.status) {
      case Channel::Status::kOk:
        written += outcome.bytes;
        break;
      case Channel::Status::kWantRead:
      case Channel::Status::kWantWrite:
        COFFER_TRY(wait(outcome.status, deadline, "sending the request"));
        break;
      case Channel::Status::kEnd:
        return failure("connection closed");
      case Channel::Status::kFailed:
        return channel_failure();
    }
  }
  return {};
}

Result<ClientResponse> BlockingClient::read_response(ResponseParser& parser, const Deadline& deadline) {
  for (;;) {
    const Channel::Outcome outcome = channel_.read(parser.prepare());
    switch (outcome.status) {
      case Channel::Status::kOk: {
        const auto complete = parser.commit(outcome.bytes);
        if (!complete.ok()) return Error{complete.error().code, peer_ + ": " + complete.error().message};
        if (*complete) return parser.take();
        break;
      }
      case Channel::Status::kWantRead:
      case Channel::Status::kWantWrite:
        COFFER_TRY(wait(outcome.status, deadline, "the answer"));
        break;
      case Channel::Status::kEnd: {
        if (!parser.started()) return failure("connection closed before an answer");
        const auto finished = parser.finish();
        if (!finished.ok()) return failure(finished.error().message);
        return parser.take();
      }
      case Channel::Status::kFailed:
        return channel_failure();
    }
  }
}

bool BlockingClient::is_closed_by_peer() {
  pollfd waiting{socket_.get(), POLLIN, 0};
  if (::poll(&waiting, 1, 0) <= 0) return false;
  if (!channel_.is_tls()) return true;
  // Over TLS the socket may be readable for other reasons: a session ticket. An answer that nobody asked for ends the
  // connection, too.
  char scratch = 0;
  return channel_.read({&scratch, 1}).status != Channel::Status::kWantRead;
}

void BlockingClient::disconnect() {
  if (!socket_.is_open()) return;
  channel_.finish();
  channel_ = Channel();
  socket_.close();
}

}  // namespace

std::unique_ptr<HttpClient> HttpClient::make(const ClientOptions& options) {
  return std::make_unique<BlockingClient>(options);
}

}  // namespace coffer::net
