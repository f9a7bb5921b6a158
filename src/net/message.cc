#include "net/message.h"

namespace coffer::net {
namespace {

// Replies above this size give their memory back afterwards: one large answer must not stay with a connection for
// hours.
constexpr size_t kKeptReplyBytes = 32 * 1024;

}  // namespace

bool header_name_equals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    unsigned char x = static_cast<unsigned char>(a[i]);
    unsigned char y = static_cast<unsigned char>(b[i]);
    if (x == y) continue;
    if (x >= 'A' && x <= 'Z') x += 'a' - 'A';
    if (y >= 'A' && y <= 'Z') y += 'a' - 'A';
    if (x != y) return false;
  }
  return true;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (header_name_equals(header.name, name)) return header.value;
  }
  return std::nullopt;
}

void Reply::reset() {
  status = 200;
  content_type = {};
  headers.clear();
  if (body.size() > kKeptReplyBytes) {
    body = SecretBuffer();
  } else {
    body.clear();
  }
  close = false;
}

Responder::Responder(Connection& connection, std::shared_ptr<void> keep_alive)
    : connection_(&connection), keep_alive_(std::move(keep_alive)) {}

Responder::Responder(Responder&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)), keep_alive_(std::move(other.keep_alive_)) {}

Responder::~Responder() {
  if (connection_ != nullptr) connection_->abandon();
}

void Responder::send() {
  if (Connection* connection = std::exchange(connection_, nullptr)) connection->send();
}

}  // namespace coffer::net
