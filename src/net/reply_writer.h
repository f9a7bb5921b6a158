// Formats replies. Head and body go into one buffer, so that a reply is one write.
// Must never: let a header value start a new line; put a body into a reply that has none by the rules of HTTP.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret_bytes.h"
#include "net/message.h"

namespace coffer::net {

enum class Persistence { kKeepAlive, kClose };
enum class BodyRule { kSend, kOmit };  // kOmit: the answer to HEAD

// The date header's line, formatted once per second. One per event loop; not synchronised.
class DateLine {
 public:
  void update(Time now);
  std::string_view text() const { return text_; }  // "date: Tue, 24 Nov 2026 02:26:04 GMT\r\n"

 private:
  std::chrono::sys_seconds second_{};
  std::string text_;
};

// Appends the reply to `out`.
void write_reply(const Reply& reply, std::string_view date_line, Persistence persistence, BodyRule rule,
                 SecretBuffer& out);

// "OK", "Bad Request"; "Unknown" for what we never send.
std::string_view reason_phrase(int status);

}  // namespace coffer::net
