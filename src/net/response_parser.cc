#include "net/response_parser.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <boost/beast/http/basic_parser.hpp>

namespace coffer::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr size_t kBufferBytes = 32 * 1024;  // and so the largest field
constexpr size_t kMaxHeadBytes = 64 * 1024;
// See request_parser.cc: Beast's chunk parser asserts it.
constexpr size_t kLeastChunkBytes = 5;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return result;
}

}  // namespace

class ResponseParser::Grammar final : public http::basic_parser<false> {
 public:
  Grammar(ClientResponse& response, size_t max_body_bytes, BodyRule rule) : response_(response) {
    header_limit(kMaxHeadBytes);
    body_limit(max_body_bytes);
    skip(rule == BodyRule::kNone);
  }

 private:
  void on_response_impl(int status, boost::beast::string_view, int, error_code&) override { response_.status = status; }
  void on_field_impl(http::field, boost::beast::string_view name, boost::beast::string_view value,
                     error_code& ec) override {
    if (is_trailer_) return;
    head_bytes_ += name.size() + value.size();
    if (head_bytes_ > kMaxHeadBytes) ec = http::error::header_limit;
    response_.headers.emplace_back(lower({name.data(), name.size()}), std::string(value.data(), value.size()));
  }
  void on_header_impl(error_code&) override { is_trailer_ = true; }
  std::size_t on_body_impl(boost::beast::string_view body, error_code&) override {
    response_.body.append({body.data(), body.size()});
    return body.size();
  }
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view body, error_code&) override {
    response_.body.append({body.data(), body.size()});
    return body.size();
  }
  void on_request_impl(http::verb, boost::beast::string_view, boost::beast::string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  ClientResponse& response_;
  size_t head_bytes_ = 0;
  bool is_trailer_ = false;
};

ResponseParser::ResponseParser(size_t max_body_bytes, BodyRule rule) : max_body_bytes_(max_body_bytes), rule_(rule) {
  memory_.resize(kBufferBytes);
  restart();
}

ResponseParser::~ResponseParser() = default;

void ResponseParser::restart() {
  response_ = ClientResponse();
  grammar_ = std::make_unique<Grammar>(response_, max_body_bytes_, rule_);
}

std::span<char> ResponseParser::prepare() {
  return {memory_.data() + filled_, memory_.size() - filled_};
}

Result<bool> ResponseParser::commit(size_t size) {
  started_ = true;
  filled_ += size;
  size_t used = 0;
  while (used < filled_ && !grammar_->is_done()) {
    if (grammar_->is_header_done() && grammar_->chunked() && filled_ - used < kLeastChunkBytes) break;
    error_code ec;
    used += grammar_->put({memory_.data() + used, filled_ - used}, ec);
    if (ec == http::error::need_more) break;
    if (ec == http::error::body_limit) {
      return Error{ErrorCode::kCorrupt, "the answer is larger than " + std::to_string(max_body_bytes_) + " bytes"};
    }
    if (ec) return Error{ErrorCode::kCorrupt, "the answer is not valid HTTP (" + ec.message() + ")"};
    if (grammar_->is_done() && response_.status / 100 == 1) restart();
  }
  std::memmove(memory_.data(), memory_.data() + used, filled_ - used);
  filled_ -= used;
  if (grammar_->is_done()) return true;
  if (filled_ == memory_.size()) return Error{ErrorCode::kCorrupt, "the answer's headers are too large"};
  return false;
}

Result<void> ResponseParser::finish() {
  error_code ec;
  if (grammar_->got_some()) grammar_->put_eof(ec);
  if (ec || !grammar_->is_done()) return Error{ErrorCode::kIo, "the connection was closed in the middle of the answer"};
  return {};
}

bool ResponseParser::keep_alive() const {
  return grammar_->keep_alive() && filled_ == 0;
}

}  // namespace coffer::net
