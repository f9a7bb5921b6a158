#include "replication/forward_codec.h"

#include <algorithm>

#include "replication/frame.h"
#include "replication/frame_fields.h"
#include "replication/link.pb.h"
#include "replication/link_codec.h"
#include "replication/state_codec.h"

namespace coffer::replication {
namespace {

constexpr size_t kMaxIdBytes = 64;
constexpr size_t kMaxAddressBytes = 128;
constexpr uint64_t kMaxPatience = 60'000;  // milliseconds
constexpr size_t kMaxErrorBytes = 128;
constexpr uint32_t kLowestStatus = 200;
constexpr uint32_t kHighestStatus = 599;

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdBytes && std::ranges::all_of(text, [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
  });
}

bool is_printable(std::string_view text, size_t limit) {
  return text.size() <= limit && std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

// What the parser of HTTP lets through. A line end inside of a header could make a signature mean something else.
bool is_field_text(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return (c >= 0x20 && c != 0x7f) || c == '\t'; });
}
bool is_field_name(std::string_view text) {
  return !text.empty() && is_field_text(text) && text.find_first_of(" \t:") == std::string_view::npos;
}

bool is_method(std::string_view text) {
  return text == "GET" || text == "POST";
}

// Takes `size` bytes off the tail, where they stay.
Result<std::string_view> view(std::string_view& tail, size_t size, std::string_view field) {
  if (size > tail.size()) return corrupt(field);
  const std::string_view bytes = tail.substr(0, size);
  tail.remove_prefix(size);
  return bytes;
}

size_t head_bytes(const ForwardedRequest& request) {
  size_t size = request.target.size();
  for (const net::Header& header : request.headers)
    size += header.name.size() + header.value.size();
  return size;
}

Result<void> check_sizes(const ForwardedRequest& request) {
  if (head_bytes(request) <= kMaxForwardHeadBytes && request.headers.size() <= kMaxForwardHeaders &&
      request.body.size() <= kMaxForwardBodyBytes) {
    return {};
  }
  return Error{ErrorCode::kUsage, "a request is larger than the region link carries"};
}

}  // namespace

Result<SecretBuffer> encode(const ForwardedRequest& request) {
  COFFER_TRY(check_sizes(request));
  wire::ForwardHeader header;
  header.set_protocol(kProtocolVersion);
  header.set_request_id(request.request_id);
  header.set_client_address(request.client_address);
  header.set_client_uses_tls(request.client_uses_tls);
  header.set_patience_ms(static_cast<uint64_t>(request.patience.count()));
  header.set_method(request.method);
  header.set_target_size(static_cast<uint32_t>(request.target.size()));
  for (const net::Header& from : request.headers) {
    header.add_header_sizes(static_cast<uint32_t>(from.name.size()));
    header.add_header_sizes(static_cast<uint32_t>(from.value.size()));
  }
  header.set_body_size(static_cast<uint32_t>(request.body.size()));
  COFFER_ASSIGN(SecretBuffer frame, begin_frame(header, head_bytes(request) + request.body.size()));
  frame.append(request.target);
  for (const net::Header& from : request.headers) {
    frame.append(from.name);
    frame.append(from.value);
  }
  frame.append(request.body);
  return frame;
}

Result<ForwardedRequest> decode_forwarded_request(std::string_view frame) {
  wire::ForwardHeader header;
  COFFER_ASSIGN(std::string_view tail, open_frame(frame, header));
  COFFER_TRY(check_protocol(header.protocol()));
  COFFER_TRY(check(is_id(header.request_id()), "request id"));
  COFFER_TRY(check(is_printable(header.client_address(), kMaxAddressBytes), "address of the client"));
  COFFER_TRY(check(header.patience_ms() <= kMaxPatience, "patience"));
  COFFER_TRY(check(is_method(header.method()), "method"));
  const auto sizes = static_cast<size_t>(header.header_sizes_size());
  COFFER_TRY(check(sizes % 2 == 0 && sizes / 2 <= kMaxForwardHeaders, "number of headers"));
  ForwardedRequest request{.request_id = header.request_id(),
                           .client_address = header.client_address(),
                           .client_uses_tls = header.client_uses_tls(),
                           .patience = Duration(header.patience_ms()),
                           .method = header.method(),
                           .target = {},
                           .headers = {},
                           .body = {}};
  COFFER_ASSIGN(request.target, view(tail, header.target_size(), "size of the target"));
  COFFER_TRY(
      check(is_field_text(request.target) && request.target.find_first_of(" \t") == request.target.npos, "target"));
  request.headers.reserve(sizes / 2);
  for (int i = 0; i < header.header_sizes_size(); i += 2) {
    net::Header to;
    COFFER_ASSIGN(to.name, view(tail, header.header_sizes(i), "size of a header"));
    COFFER_ASSIGN(to.value, view(tail, header.header_sizes(i + 1), "size of a header"));
    COFFER_TRY(check(is_field_name(to.name) && is_field_text(to.value), "header"));
    request.headers.push_back(to);
  }
  COFFER_ASSIGN(request.body, view(tail, header.body_size(), "size of the body"));
  COFFER_TRY(check(tail.empty(), "size: bytes after the body"));
  COFFER_TRY(check(check_sizes(request).ok(), "size of the request"));
  return request;
}

Result<SecretBuffer> encode(const ForwardedAnswer& answer) {
  if (answer.body.size() > kMaxForwardBodyBytes) {
    return Error{ErrorCode::kUsage, "an answer is larger than the region link carries"};
  }
  wire::ForwardAnswerHeader header;
  header.set_protocol(kProtocolVersion);
  if (answer.other_home) encode_claim(*answer.other_home, *header.mutable_other_home());
  header.set_status(static_cast<uint32_t>(answer.status));
  header.set_error(answer.error);
  for (const home::Arrival& change : answer.changes) {
    wire::ForwardAnswerHeader::Change& to = *header.add_changes();
    encode_id(change.of, *to.mutable_of());
    to.set_generation(change.generation);
  }
  COFFER_ASSIGN(SecretBuffer frame, begin_frame(header, answer.body.size()));
  frame.append(answer.body);
  return frame;
}

Result<ForwardedAnswer> decode_forwarded_answer(std::string_view frame) {
  wire::ForwardAnswerHeader header;
  COFFER_ASSIGN(const std::string_view tail, open_frame(frame, header));
  COFFER_TRY(check_protocol(header.protocol()));
  ForwardedAnswer answer;
  if (header.has_other_home()) {
    COFFER_ASSIGN(answer.other_home, decode_claim(header.other_home()));
    COFFER_TRY(check(tail.empty(), "size: an answer of what was not done"));
    return answer;
  }
  COFFER_TRY(check(header.status() >= kLowestStatus && header.status() <= kHighestStatus, "status"));
  COFFER_TRY(check(is_printable(header.error(), kMaxErrorBytes), "name of an error"));
  COFFER_TRY(check(static_cast<size_t>(header.changes_size()) <= home::kMaxArrivals, "number of changes"));
  COFFER_TRY(check(tail.size() <= kMaxForwardBodyBytes, "size of the body"));
  answer.status = static_cast<int>(header.status());
  answer.error = header.error();
  for (const wire::ForwardAnswerHeader::Change& from : header.changes()) {
    home::Arrival change;
    COFFER_ASSIGN(change.of, decode_id(from.of()));
    change.generation = from.generation();
    answer.changes.push_back(std::move(change));
  }
  answer.body = tail;
  return answer;
}

}  // namespace coffer::replication
