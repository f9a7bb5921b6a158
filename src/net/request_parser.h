// Turns the bytes of one connection into requests, with Beast's parser for the grammar and our own buffer for the
// bytes. Promises: a request is found complete or refused; what two servers could read differently (both lengths, odd
// transfer codings, folded lines, a missing or second Host) is refused; limits hold before memory is spent; the views
// of a request are stable until next(); bytes of a finished request are wiped. Must never: allocate per request (beyond
// growth of the buffer), look at more than one request at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/secret_bytes.h"
#include "net/message.h"

namespace coffer::net {

class RequestParser {
 public:
  struct Limits {
    size_t header_bytes = 16 * 1024;
    size_t body_bytes = 1024 * 1024;
  };
  enum class State { kEmpty, kHead, kBody, kComplete, kRefused };
  // A buffer above this size is given back after the request.
  static constexpr size_t kKeptBytes = 32 * 1024;

  explicit RequestParser(const Limits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Where to put the next bytes; never empty. REQUIRES: state() is kEmpty, kHead or kBody.
  std::span<char> prepare();
  // `size` bytes were put there.
  State commit(size_t size);
  State state() const { return state_; }
  // Forgets the request (wiped) and looks at the bytes that came after it. REQUIRES: kComplete.
  State next();

  // Size of the buffer after the next prepare(); with a Content-Length, once the whole body is there.
  size_t memory_needed() const;

  // REQUIRES: kComplete. peer_address and peer_name are left to the caller.
  Request request() const;
  // REQUIRES: kRefused. 400, 413 or 431.
  int refusal() const { return refusal_; }
  // Whether the client wants to send another request on the connection.
  bool keep_alive() const { return keep_alive_; }
  // Whether the reply has no body whatever it says. False as long as the request line is not known.
  bool is_head() const { return method_ == "HEAD"; }
  // Whether the client waits for "100 Continue" before it sends the body. REQUIRES: kBody.
  bool expects_continue() const { return expects_continue_; }

 private:
  class Grammar;

  State parse();
  State parse_head();
  State parse_length_body();
  State parse_chunked_body();
  State finish(size_t body_size, size_t end);
  State refuse(int status);
  // True if the field may stand in a request that we accept.
  bool accept_field(std::string_view name, std::string_view value);
  // The size after grow(limit).
  size_t grown(size_t limit) const;
  // More memory, at most twice as much, and no more than `limit` asks for: a peer that only announces bytes costs
  // nothing.
  void grow(size_t limit);
  // Whether what was around the chunks can make room.
  bool has_parsed_chunks() const { return chunked_ && state_ == State::kBody && raw_ > head_ + body_; }
  size_t chunked_limit() const { return head_ + limits_.body_bytes + 2 * limits_.header_bytes; }
  void forget();

  const Limits limits_;
  std::unique_ptr<Grammar> grammar_;

  // The message starts at offset 0: head, then the body (chunks are joined in place), then what has not been parsed.
  SecretBuffer memory_;  // its size is the usable space
  size_t filled_ = 0;    // end of received bytes
  size_t dirty_ = 0;     // end of bytes that have to be wiped
  size_t scanned_ = 0;   // no end of head begins before this offset
  size_t head_ = 0;      // size of the head; 0: not known yet
  size_t body_ = 0;      // size of the body; of its decoded part while chunks arrive
  size_t raw_ = 0;       // start of what has not been parsed

  State state_ = State::kEmpty;
  int refusal_ = 0;
  bool chunked_ = false;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  bool http_1_1_ = false;
  size_t hosts_ = 0;
  size_t lengths_ = 0;
  std::string_view method_;
  std::string_view target_;
  std::vector<Header> headers_;
};

}  // namespace coffer::net
