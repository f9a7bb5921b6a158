// Turns the bytes that a server sends into one ClientResponse, with Beast's parser. The body goes straight into wiped
// memory. Promises: heads and bodies over the limits are refused; interim (1xx) answers are skipped.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "net/http_client.h"

namespace coffer::net {

class ResponseParser {
 public:
  enum class BodyRule { kAsFramed, kNone };  // kNone: the answer to HEAD

  ResponseParser(size_t max_body_bytes, BodyRule rule);
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // Where to put the next bytes; never empty.
  std::span<char> prepare();
  // True when the answer is complete. kIo with a message when it is not HTTP or over a limit.
  Result<bool> commit(size_t size);
  // The server has closed the connection. kIo unless that completes the answer.
  Result<void> finish();

  // Whether any byte has arrived.
  bool started() const { return started_; }
  // REQUIRES: complete. False as well when bytes came after the answer.
  bool keep_alive() const;
  // REQUIRES: complete.
  ClientResponse take() { return std::move(response_); }

 private:
  class Grammar;

  void restart();

  const size_t max_body_bytes_;
  const BodyRule rule_;
  std::unique_ptr<Grammar> grammar_;
  ClientResponse response_;
  SecretBuffer memory_;  // its size is the usable space
  size_t filled_ = 0;
  bool started_ = false;
};

}  // namespace coffer::net
