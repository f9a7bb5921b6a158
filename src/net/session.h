// One connection of the server: reads a request, has it handled, writes the reply, and again. A state machine that is
// run by its event loop and says what it waits for; it knows sockets and HTTP but no event library. Promises: one
// request at a time; no recursion, however the handler answers; what the client sent stays untouched and readable while
// the handler works, even if the client has gone. All members run on the loop's thread, except send() and abandon().
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "base/log.h"
#include "net/byte_budget.h"
#include "net/channel.h"
#include "net/http_server.h"
#include "net/message.h"
#include "net/reply_writer.h"
#include "net/request_parser.h"

namespace coffer::net {

class Session : public std::enable_shared_from_this<Session>, protected Responder::Connection {
 public:
  enum class Direction { kRead, kWrite };

  // What the connections of one event loop have in common.
  struct Shared {
    const ServerOptions& options;
    Handler& handler;
    const Log& log;
    ByteBudget& buffers;  // of the whole server
    std::thread::id thread;
    Duration sweep_interval{};  // how often `now` and `date` are brought up to date
    Duration now{};             // monotonic, at most one interval old
    DateLine date;
    bool stopping = false;
  };

  Session(Shared& shared, int fd, TlsSession tls);
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Goes as far as it can, then waits or closes.
  void run();
  bool is_overdue() const { return shared_.now > deadline_; }
  // The deadline has passed: 408 or a plain close.
  void expire();
  // The server stops: closes the connection unless a request is under way.
  void drain();
  // Idempotent.
  void close();

 protected:
  enum class Answer { kPending, kSend, kAbandon };

  // Calls run() when the socket is ready; replaces an earlier wait.
  virtual void wait(Direction direction) = 0;
  // Closes the socket and forgets the session, which lives on while a responder or a wait refers to it.
  virtual void on_close() = 0;
  // Any thread: has deliver(answer) called on the loop, or does nothing when the loop has ended.
  virtual void post(Answer answer) = 0;
  void deliver(Answer answer);

 private:
  enum class Phase { kHandshake, kReading, kHandling, kWaiting, kWriting, kLingering, kClosed };

  // Responder::Connection
  Reply& reply() override { return reply_; }
  void send() override { answer(Answer::kSend); }
  void abandon() override { answer(Answer::kAbandon); }
  void answer(Answer answer);

  void take_steps();
  // Memory may run out: that costs this connection, not the process.
  template <class Function>
  void guarded(Function function);

  // Each takes one step and returns whether the next can follow at once.
  bool handshake();
  bool read();
  bool handle();
  bool write();
  bool linger();
  bool advance(RequestParser::State state, bool may_have_more);
  bool wait_for(Channel::Status status);
  // Takes from the server's budget what the request needs now, or gives back. False when so much is not left.
  bool settle_buffer();
  void refuse(int status);
  void start_reply();
  bool send_continue();
  void set_deadline(Duration timeout) { deadline_ = shared_.now + shared_.sweep_interval + timeout; }

  Shared& shared_;
  Channel channel_;
  RequestParser parser_;
  Phase phase_;
  RequestParser::State stage_ = RequestParser::State::kComplete;  // for which a deadline is running; kComplete: none
  Duration deadline_;
  Answer answer_ = Answer::kPending;
  bool in_handler_ = false;
  bool close_after_reply_ = false;
  bool continue_sent_ = false;
  size_t written_ = 0;
  size_t lingered_ = 0;
  size_t taken_ = 0;  // from the server's budget
  const std::string peer_address_;
  std::string peer_name_;
  Request request_;
  Reply reply_;
  SecretBuffer out_;
};

}  // namespace coffer::net
