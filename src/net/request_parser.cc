#include "net/request_parser.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>

#include <boost/beast/http/basic_parser.hpp>

namespace coffer::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr size_t kInitialBytes = 4 * 1024;
constexpr size_t kMaxHeaders = 128;
// Beast's chunk parser asserts that this many bytes are there once it has seen the last chunk. No message can end
// earlier: from the first chunk on, "0\r\n\r\n" is the least that must follow.
constexpr size_t kLeastChunkBytes = 5;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

// Beast's grammar, with what it finds written straight into the RequestParser. Made anew for each request: it is small.
class RequestParser::Grammar {
 public:
  explicit Grammar(RequestParser& owner) : owner_(owner) {}

  class Parser final : public http::basic_parser<true> {
   public:
    explicit Parser(RequestParser& owner) : owner_(owner) {
      header_limit(std::numeric_limits<std::uint32_t>::max());  // ours is checked before
      body_limit(owner.limits_.body_bytes);
    }

    bool in_head = true;

   private:
    void on_request_impl(http::verb, boost::beast::string_view method, boost::beast::string_view target, int version,
                         error_code&) override {
      owner_.method_ = view(method);
      owner_.target_ = view(target);
      owner_.http_1_1_ = version == 11;
    }
    void on_field_impl(http::field, boost::beast::string_view name, boost::beast::string_view value,
                       error_code& ec) override {
      // Trailer fields are dropped: a field that arrives after the body must not pass for one that was signed.
      if (in_head && !owner_.accept_field(view(name), view(value))) ec = http::error::bad_field;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view chunk, error_code&) override {
      std::memmove(owner_.memory_.data() + owner_.head_ + owner_.body_, chunk.data(), chunk.size());
      owner_.body_ += chunk.size();
      return chunk.size();
    }
    void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}
    void on_header_impl(error_code&) override { in_head = false; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(boost::beast::string_view body, error_code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    RequestParser& owner_;
  };

  Parser& start() { return parser_.emplace(owner_); }
  Parser& current() { return *parser_; }

 private:
  RequestParser& owner_;
  std::optional<Parser> parser_;
};

RequestParser::RequestParser(const Limits& limits) : limits_(limits), grammar_(std::make_unique<Grammar>(*this)) {
  memory_.resize(kInitialBytes);
  headers_.reserve(24);
}

RequestParser::~RequestParser() = default;

std::span<char> RequestParser::prepare() {
  if (filled_ == memory_.size()) {
    if (has_parsed_chunks()) {
      const size_t decoded_end = head_ + body_;
      std::memmove(memory_.data() + decoded_end, memory_.data() + raw_, filled_ - raw_);
      filled_ -= raw_ - decoded_end;
      raw_ = decoded_end;
    } else if (state_ == State::kBody) {
      grow(chunked_ ? chunked_limit() : head_ + body_);
    } else {
      grow(limits_.header_bytes);
    }
  }
  return {memory_.data() + filled_, memory_.size() - filled_};
}

RequestParser::State RequestParser::commit(size_t size) {
  filled_ += size;
  dirty_ = std::max(dirty_, filled_);
  return parse();
}

RequestParser::State RequestParser::next() {
  const size_t rest = filled_ - raw_;
  std::memmove(memory_.data(), memory_.data() + raw_, rest);
  wipe(memory_.data() + rest, dirty_ - rest);
  if (memory_.size() > kKeptBytes && rest <= memory_.size() / 2) {
    SecretBuffer smaller;
    smaller.resize(std::max(rest, kInitialBytes));
    std::memcpy(smaller.data(), memory_.data(), rest);
    memory_ = std::move(smaller);
  }
  forget();
  filled_ = dirty_ = rest;
  return parse();
}

size_t RequestParser::memory_needed() const {
  if (state_ != State::kBody) return memory_.size();
  if (!chunked_) return std::max(memory_.size(), head_ + body_);
  return filled_ == memory_.size() && !has_parsed_chunks() ? grown(chunked_limit()) : memory_.size();
}

Request RequestParser::request() const {
  Request request;
  request.method = method_;
  request.target = target_;
  request.headers = headers_;
  request.body = {memory_.data() + head_, body_};
  return request;
}

RequestParser::State RequestParser::parse() {
  if (filled_ == 0) return state_ = State::kEmpty;
  if (head_ == 0) return parse_head();
  return chunked_ ? parse_chunked_body() : parse_length_body();
}

RequestParser::State RequestParser::parse_head() {
  const std::string_view received(memory_.data(), filled_);
  const size_t blank_line = received.find("\r\n\r\n", scanned_);
  if (blank_line == std::string_view::npos) {
    if (received.front() <= ' ' || received.front() > '~') return refuse(400);
    if (filled_ >= limits_.header_bytes) return refuse(431);
    scanned_ = filled_ < 3 ? 0 : filled_ - 3;
    return state_ = State::kHead;
  }
  const size_t size = blank_line + 4;
  if (size > limits_.header_bytes) return refuse(431);

  Grammar::Parser& parser = grammar_->start();
  error_code ec;
  const size_t used = parser.put({memory_.data(), size}, ec);
  if (headers_.size() > kMaxHeaders) return refuse(431);
  if (ec == http::error::body_limit) return refuse(413);
  // The second test cannot fail as long as Beast and we agree on where a head ends; if not, nobody shall gain from it.
  if (ec || used != size) return refuse(400);
  if (http_1_1_ && hosts_ != 1) return refuse(400);
  if (parser.chunked() && !http_1_1_) return refuse(400);

  head_ = raw_ = size;
  keep_alive_ = http_1_1_ && parser.keep_alive();
  expects_continue_ = expects_continue_ && http_1_1_;
  if (parser.is_done()) return finish(0, size);
  chunked_ = parser.chunked();
  if (chunked_) return parse_chunked_body();
  body_ = static_cast<size_t>(*parser.content_length());
  return parse_length_body();
}

RequestParser::State RequestParser::parse_length_body() {
  if (filled_ - head_ < body_) return state_ = State::kBody;
  return finish(body_, head_ + body_);
}

RequestParser::State RequestParser::parse_chunked_body() {
  Grammar::Parser& parser = grammar_->current();
  while (!parser.is_done() && filled_ - raw_ >= kLeastChunkBytes) {
    error_code ec;
    raw_ += parser.put({memory_.data() + raw_, filled_ - raw_}, ec);
    if (ec == http::error::need_more) break;
    if (ec == http::error::body_limit) return refuse(413);
    if (ec) return refuse(400);
  }
  if (parser.is_done()) return finish(body_, raw_);
  // A chunk's size line or the trailer, and it has no end.
  if (filled_ - raw_ > limits_.header_bytes) return refuse(400);
  return state_ = State::kBody;
}

RequestParser::State RequestParser::finish(size_t body_size, size_t end) {
  body_ = body_size;
  raw_ = end;
  return state_ = State::kComplete;
}

RequestParser::State RequestParser::refuse(int status) {
  refusal_ = status;
  keep_alive_ = false;
  return state_ = State::kRefused;
}

bool RequestParser::accept_field(std::string_view name, std::string_view value) {
  // A folded line: its value is either joined in memory of Beast's or lies behind a line end.
  const char* name_end = name.data() + name.size();
  const char* memory_end = memory_.data() + memory_.size();
  if (value.data() < name_end || value.data() > memory_end) return false;
  const std::string_view between(name_end, static_cast<size_t>(value.data() - name_end));
  if (between.size() > 2 && between.find('\r') != std::string_view::npos) return false;

  if (headers_.size() > kMaxHeaders) return false;
  headers_.push_back({name, value});
  switch (name.size()) {
    case 4:
      if (header_name_equals(name, "host")) ++hosts_;
      break;
    case 6:
      if (header_name_equals(name, "expect")) expects_continue_ = header_name_equals(value, "100-continue");
      break;
    case 14:
      if (header_name_equals(name, "content-length")) return ++lengths_ == 1 && is_digits(value);
      break;
    case 17:
      // Beast reads a coding that does not end in "chunked" as no body at all.
      if (header_name_equals(name, "transfer-encoding")) return header_name_equals(value, "chunked");
      break;
    default:
      break;
  }
  return true;
}

size_t RequestParser::grown(size_t limit) const {
  return std::min(std::max(limit, memory_.size() + 1), memory_.size() * 2);
}

void RequestParser::grow(size_t limit) {
  SecretBuffer bigger;
  bigger.resize(grown(limit));
  std::memcpy(bigger.data(), memory_.data(), filled_);
  if (head_ != 0) {
    const auto moved = [&](std::string_view text) {
      return std::string_view(bigger.data() + (text.data() - memory_.data()), text.size());
    };
    method_ = moved(method_);
    target_ = moved(target_);
    for (Header& header : headers_)
      header = {moved(header.name), moved(header.value)};
  }
  memory_ = std::move(bigger);
}

void RequestParser::forget() {
  filled_ = dirty_ = scanned_ = head_ = body_ = raw_ = 0;
  state_ = State::kEmpty;
  chunked_ = keep_alive_ = expects_continue_ = http_1_1_ = false;
  hosts_ = lengths_ = 0;
  method_ = target_ = {};
  headers_.clear();
}

}  // namespace coffer::net
