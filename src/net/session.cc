#include "net/session.h"

#include <utility>

#include "net/socket_address.h"

namespace coffer::net {
namespace {

constexpr size_t kKeptOutBytes = 32 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
// After the last reply the socket stays open for a moment: closed with unread bytes in it, the kernel would reset the
// connection and the peer might never see the reply.
constexpr Duration kLingerTime = std::chrono::seconds(2);
constexpr size_t kLingerBytes = 16 * 1024 * 1024;

}  // namespace

Session::Session(Shared& shared, int fd, TlsSession tls)
    : shared_(shared),
      channel_(fd, std::move(tls)),
      parser_({shared.options.max_header_bytes, shared.options.max_body_bytes}),
      phase_(channel_.is_tls() ? Phase::kHandshake : Phase::kReading),
      peer_address_(peer_text(fd)) {
  set_deadline(channel_.is_tls() ? shared.options.header_timeout : shared.options.idle_timeout);
}

void Session::run() {
  guarded([&] { take_steps(); });
}

void Session::take_steps() {
  for (bool more = true; more;) {
    switch (phase_) {
      case Phase::kHandshake:
        more = handshake();
        break;
      case Phase::kReading:
        more = read();
        break;
      case Phase::kHandling:
        more = handle();
        break;
      case Phase::kWriting:
        more = write();
        break;
      case Phase::kLingering:
        more = linger();
        break;
      case Phase::kWaiting:
      case Phase::kClosed:
        more = false;
        break;
    }
  }
}

template <class Function>
void Session::guarded(Function function) {
  try {
    function();
  } catch (...) {
    shared_.log.error("connection_failed", {{"peer", peer_address_}, {"reason", "out of memory"}});
    close();
  }
}

void Session::expire() {
  const bool under_way = stage_ == RequestParser::State::kHead || stage_ == RequestParser::State::kBody;
  if (phase_ != Phase::kReading || !under_way) return close();
  guarded([&] {
    refuse(408);
    take_steps();
  });
}

void Session::drain() {
  const bool idle = phase_ == Phase::kReading && parser_.state() == RequestParser::State::kEmpty;
  if (idle) channel_.finish();
  if (idle || phase_ == Phase::kHandshake || phase_ == Phase::kLingering) close();
}

void Session::close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  shared_.buffers.give_back(std::exchange(taken_, 0));
  on_close();
}

void Session::answer(Answer answer) {
  // Inline only below handle(), which goes on from there: an answer from anywhere else would nest one session's run()
  // in another's.
  if (std::this_thread::get_id() == shared_.thread && in_handler_) {
    answer_ = answer;
  } else {
    post(answer);
  }
}

void Session::deliver(Answer answer) {
  if (phase_ != Phase::kWaiting) return;
  answer_ = answer;
  guarded([&] {
    start_reply();
    take_steps();
  });
}

bool Session::handshake() {
  const Channel::Status status = channel_.handshake();
  if (status == Channel::Status::kOk) {
    peer_name_ = channel_.peer_name();
    phase_ = Phase::kReading;
    set_deadline(shared_.options.idle_timeout);
    return true;
  }
  if (status == Channel::Status::kFailed) {
    shared_.log.debug("tls_handshake_failed", {{"peer", peer_address_}, {"reason", channel_.failure()}});
  }
  return wait_for(status);
}

bool Session::read() {
  const std::span<char> space = parser_.prepare();
  const Channel::Outcome outcome = channel_.read(space);
  if (outcome.status != Channel::Status::kOk) return wait_for(outcome.status);
  return advance(parser_.commit(outcome.bytes), channel_.may_have_more(outcome.bytes, space.size()));
}

bool Session::settle_buffer() {
  const size_t bytes = parser_.memory_needed();
  const size_t wanted = bytes > RequestParser::kKeptBytes ? bytes : 0;
  if (wanted > taken_ && !shared_.buffers.take(wanted - taken_)) return false;
  if (wanted < taken_) shared_.buffers.give_back(taken_ - wanted);
  taken_ = wanted;
  return true;
}

bool Session::advance(RequestParser::State state, bool may_have_more) {
  if (state != RequestParser::State::kRefused && !settle_buffer()) {
    refuse(503);
    return true;
  }
  if (state == RequestParser::State::kComplete) {
    phase_ = Phase::kHandling;
    return true;
  }
  if (state == RequestParser::State::kRefused) {
    refuse(parser_.refusal());
    return true;
  }
  if (state == RequestParser::State::kEmpty && shared_.stopping) {
    channel_.finish();
    close();
    return false;
  }
  phase_ = Phase::kReading;
  if (state != stage_) {
    stage_ = state;
    set_deadline(state == RequestParser::State::kEmpty  ? shared_.options.idle_timeout
                 : state == RequestParser::State::kHead ? shared_.options.header_timeout
                                                        : shared_.options.body_timeout);
  }
  if (state == RequestParser::State::kBody && parser_.expects_continue() && !send_continue()) return false;
  if (!may_have_more) wait(Direction::kRead);
  return may_have_more;
}

bool Session::handle() {
  stage_ = RequestParser::State::kComplete;
  deadline_ = Duration::max();
  continue_sent_ = false;
  answer_ = Answer::kPending;
  request_ = parser_.request();
  request_.peer_address = peer_address_;
  request_.peer_name = peer_name_;
  in_handler_ = true;
  try {
    shared_.handler.handle(request_, Responder(*this, shared_from_this()));
  } catch (...) {
    // The responder has abandoned the request on its way out; the exception's text may quote the request.
    shared_.log.error("handler_threw", {{"peer", peer_address_}});
  }
  in_handler_ = false;
  if (answer_ == Answer::kPending) {
    phase_ = Phase::kWaiting;
    return false;
  }
  start_reply();
  return true;
}

void Session::start_reply() {
  if (answer_ == Answer::kAbandon) {
    reply_.reset();
    reply_.status = 500;
    reply_.close = true;
  }
  close_after_reply_ = reply_.close || !parser_.keep_alive() || shared_.stopping;
  write_reply(reply_, shared_.date.text(), close_after_reply_ ? Persistence::kClose : Persistence::kKeepAlive,
              parser_.is_head() ? BodyRule::kOmit : BodyRule::kSend, out_);
  reply_.reset();
  written_ = 0;
  phase_ = Phase::kWriting;
  set_deadline(shared_.options.idle_timeout);
}

void Session::refuse(int status) {
  reply_.reset();
  reply_.status = status;
  try {
    shared_.handler.refuse(status, reply_);
  } catch (...) {
    shared_.log.error("handler_threw", {{"peer", peer_address_}});
  }
  reply_.close = true;
  answer_ = Answer::kSend;
  start_reply();
}

bool Session::write() {
  while (written_ < out_.size()) {
    const Channel::Outcome outcome = channel_.write(out_.view().substr(written_));
    if (outcome.status != Channel::Status::kOk) return wait_for(outcome.status);
    written_ += outcome.bytes;
  }
  if (out_.size() > kKeptOutBytes) {
    out_ = SecretBuffer();
  } else {
    out_.clear();
  }
  if (close_after_reply_) {
    channel_.finish();
    phase_ = Phase::kLingering;
    set_deadline(kLingerTime);
    return true;
  }
  return advance(parser_.next(), channel_.may_have_more(0, 1));
}

bool Session::linger() {
  const Channel::Outcome outcome = channel_.discard();
  lingered_ += outcome.bytes;
  if (outcome.status == Channel::Status::kOk && lingered_ <= kLingerBytes && !shared_.stopping) return true;
  return wait_for(outcome.status == Channel::Status::kWantRead && !shared_.stopping ? outcome.status
                                                                                    : Channel::Status::kEnd);
}

bool Session::wait_for(Channel::Status status) {
  switch (status) {
    case Channel::Status::kWantRead:
      wait(Direction::kRead);
      break;
    case Channel::Status::kWantWrite:
      wait(Direction::kWrite);
      break;
    default:
      close();
      break;
  }
  return false;
}

bool Session::send_continue() {
  if (continue_sent_) return true;
  continue_sent_ = true;
  // Nothing else is on its way out, so these few bytes always fit into the socket's buffer.
  if (channel_.write(kContinue).bytes == kContinue.size()) return true;
  close();
  return false;
}

}  // namespace coffer::net
