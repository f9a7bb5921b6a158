#include "wire/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/secret_bytes.h"

namespace coffer::wire {
namespace {

using boost::json::error_code;

// Containers under construction: the values of every open container, innermost last, each container's values behind an
// empty slot that keeps the container's own name. The slots hold views and numbers; numbers come from a request, so
// what was used is wiped. Kept per thread to spare the allocation.
class Scratch {
 public:
  void push(std::string_view name, Value value) {
    if (used_ == slots_.size()) grow();
    slots_[used_++] = {name, value};
    high_water_ = std::max(high_water_, used_);
  }
  std::span<Member> last(size_t count) { return {slots_.data() + (used_ - count), count}; }
  void pop(size_t count) { used_ -= count; }
  void clear() {
    wipe(slots_.data(), high_water_ * sizeof(Member));
    used_ = high_water_ = 0;
    // One huge request must not cost memory for ever.
    if (slots_.size() > kKept) slots_ = std::vector<Member>();
  }

 private:
  static constexpr size_t kKept = 1024;

  void grow() {
    std::vector<Member> bigger(std::max(slots_.size() * 2, size_t{64}));
    std::copy(slots_.begin(), slots_.end(), bigger.begin());
    wipe(slots_.data(), slots_.size() * sizeof(Member));
    slots_ = std::move(bigger);
  }

  std::vector<Member> slots_;
  size_t used_ = 0;
  size_t high_water_ = 0;
};

// The receiver of Boost.JSON's events. Returning false with an error set stops the parser; which error does not matter,
// because a client is told nothing but "serialization".
struct Handler {
  static constexpr size_t max_object_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_array_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_key_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_string_size = std::numeric_limits<size_t>::max();

  const JsonLimits& limits;
  Document& document;
  Scratch& scratch;
  std::string_view partial{};  // the beginning of a key or string that arrives in parts
  std::string_view name{};     // the member name of the next value
  size_t depth = 0;
  size_t values = 0;

  Handler(const JsonLimits& limits, Document& document, Scratch& scratch)
      : limits(limits), document(document), scratch(scratch) {}

  static bool refuse(error_code& ec) {
    ec = boost::json::error::syntax;
    return false;
  }

  bool add(Value value, error_code& ec) {
    if (++values > limits.max_values) return refuse(ec);
    scratch.push(name, value);
    name = {};
    return true;
  }

  bool open(error_code& ec) {
    if (depth == limits.max_depth) return refuse(ec);
    ++depth;
    scratch.push(std::exchange(name, {}), Value());
    return true;
  }

  // Leaves the container whose `count` values are on top; what follows names the container itself.
  void close(size_t count) {
    scratch.pop(count);
    name = scratch.last(1)[0].name;
    scratch.pop(1);
    --depth;
  }

  std::string_view text(std::string_view last) {
    if (partial.empty()) return document.copy(last);
    return document.extend(std::exchange(partial, {}), last);
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }

  bool on_object_begin(error_code& ec) { return open(ec); }
  bool on_object_end(size_t count, error_code& ec) {
    const std::span<Member> members = scratch.last(count);
    if (has_duplicates(members)) return refuse(ec);
    Member* copy = static_cast<Member*>(document.allocate(count * sizeof(Member), alignof(Member)));
    std::uninitialized_copy(members.begin(), members.end(), copy);
    close(count);
    return add(Value::object({copy, count}), ec);
  }

  bool on_array_begin(error_code& ec) { return open(ec); }
  bool on_array_end(size_t count, error_code& ec) {
    Value* copy = static_cast<Value*>(document.allocate(count * sizeof(Value), alignof(Value)));
    Value* out = copy;
    for (const Member& member : scratch.last(count))
      new (out++) Value(member.value);
    close(count);
    return add(Value::list({copy, count}), ec);
  }

  bool on_key_part(boost::json::string_view part, size_t, error_code&) {
    partial = document.extend(partial, {part.data(), part.size()});
    return true;
  }
  bool on_key(boost::json::string_view last, size_t, error_code&) {
    name = text({last.data(), last.size()});
    return true;
  }
  bool on_string_part(boost::json::string_view part, size_t, error_code&) {
    partial = document.extend(partial, {part.data(), part.size()});
    return true;
  }
  bool on_string(boost::json::string_view last, size_t, error_code& ec) {
    return add(Value::string(text({last.data(), last.size()})), ec);
  }
  bool on_number_part(boost::json::string_view, error_code&) { return true; }
  bool on_int64(int64_t value, boost::json::string_view, error_code& ec) { return add(Value::integer(value), ec); }
  bool on_uint64(uint64_t value, boost::json::string_view, error_code& ec) {
    if (value <= static_cast<uint64_t>(INT64_MAX)) return add(Value::integer(static_cast<int64_t>(value)), ec);
    return add(Value::real(static_cast<double>(value)), ec);
  }
  bool on_double(double value, boost::json::string_view, error_code& ec) {
    if (!std::isfinite(value)) return refuse(ec);
    return add(Value::real(value), ec);
  }
  bool on_bool(bool value, error_code& ec) { return add(Value::boolean(value), ec); }
  bool on_null(error_code& ec) { return add(Value(), ec); }
  bool on_comment_part(boost::json::string_view, error_code&) { return true; }
  bool on_comment(boost::json::string_view, error_code&) { return true; }
};

[[gnu::noinline]] bool parse(std::string_view text, const JsonLimits& limits, Document& document, Scratch& scratch) {
  boost::json::parse_options options;
  options.max_depth = limits.max_depth;
  boost::json::basic_parser<Handler> parser(options, limits, document, scratch);
  error_code ec;
  const size_t consumed = parser.write_some(false, text.data(), text.size(), ec);
  if (ec || consumed != text.size() || !parser.done()) return false;
  document.set_root(scratch.last(1)[0].value);
  return true;
}

// Boost decodes escapes in a buffer on the stack. This covers the same stretch of stack after parse() has returned.
[[gnu::noinline]] void wipe_stack() {
  char stack[24 * 1024];
  wipe(stack, sizeof(stack));
}

}  // namespace

Result<void> parse_json(std::string_view text, const JsonLimits& limits, Document& document) {
  document.clear();
  thread_local Scratch scratch;
  const bool good = parse(text, limits, document, scratch);
  scratch.clear();
  if (text.find('\\') != std::string_view::npos) wipe_stack();
  if (good) return {};
  document.clear();
  return Error{ErrorCode::kSerialization, {}};
}

}  // namespace coffer::wire
