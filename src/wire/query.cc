#include "wire/query.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <span>

#include "base/encoding.h"

namespace coffer::wire {
namespace {

Error malformed(std::string text) {
  return {ErrorCode::kSerialization, std::move(text)};
}

// --- the text -------------------------------------------------------------------------------------------------------

struct RawParameter {
  std::string_view key;
  std::string_view value;
};

// Takes the next parameter off `form`.
RawParameter take_parameter(std::string_view& form) {
  const std::string_view text = form.substr(0, form.find('&'));
  form.remove_prefix(std::min(text.size() + 1, form.size()));
  const size_t equals = text.find('=');
  if (equals == text.npos) return {text, {}};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Writes what `raw` stands for, which is never longer, and returns its size; nullopt when it is not well-formed.
std::optional<size_t> decode(std::string_view raw, char* out) {
  char* at = out;
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '%') {
      *at++ = raw[i] == '+' ? ' ' : raw[i];
      continue;
    }
    if (raw.size() - i < 3) return std::nullopt;
    const int high = hex_digit(raw[i + 1]);
    const int low = hex_digit(raw[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    *at++ = static_cast<char>(high * 16 + low);
    i += 2;
  }
  const auto size = static_cast<size_t>(at - out);
  if (!is_valid_utf8({out, size})) return std::nullopt;
  return size;
}

std::optional<std::string_view> decode(std::string_view raw, Document& document) {
  if (raw.empty()) return std::string_view();
  char* const memory = static_cast<char*>(document.allocate(raw.size(), 1));
  const std::optional<size_t> size = decode(raw, memory);
  if (!size) return std::nullopt;
  return std::string_view(memory, *size);
}

// --- keys -----------------------------------------------------------------------------------------------------------

// A parameter at one place of the tree: the name that its key goes on with there, and what is behind it.
struct Parameter {
  std::string_view name;  // of an index: the digits without leading zeros (AWS: "01" is 1), so none for 0
  std::string_view path;  // the names behind it
  std::string_view value;
  uint32_t order;  // in which they came
  bool is_last;    // the key ends with `name`
  bool is_index;
  bool is_value = false;  // the key has ended: no name

  Parameter(std::string_view key, std::string_view value, uint32_t order) : value(value), order(order) { enter(key); }

  void descend() {
    is_value = is_last;
    if (!is_value) enter(path);
  }

  bool is_named_as(const Parameter& other) const { return is_index == other.is_index && name == other.name; }

  // Values first, in the order in which they came, then indexes by what they count, then names.
  bool operator<(const Parameter& other) const {
    if (is_value != other.is_value) return is_value;
    if (is_value) return order < other.order;
    if (is_index != other.is_index) return is_index;
    if (is_index && name.size() != other.name.size()) return name.size() < other.name.size();
    return name < other.name;
  }

 private:
  void enter(std::string_view key) {
    const size_t dot = key.find('.');
    is_last = dot == key.npos;
    name = key.substr(0, dot);
    path = is_last ? std::string_view() : key.substr(dot + 1);
    is_index = !name.empty() && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
    if (is_index) name.remove_prefix(std::min(name.find_first_not_of('0'), name.size()));
  }
};

// SDKs send what belongs together in order: then this is one look at each.
void sort(std::span<Parameter> parameters) {
  if (!std::ranges::is_sorted(parameters, std::less())) std::sort(parameters.begin(), parameters.end());
}

// --- the tree -------------------------------------------------------------------------------------------------------

class Builder {
 public:
  Builder(const QueryLimits& limits, Document& document) : limits_(limits), document_(document) {}

  // The members that the parameters' names are.
  Result<Value> object(std::span<Parameter> parameters) {
    const size_t count = groups(parameters);
    COFFER_TRY(spend(count));
    Member* const members = allocate<Member>(count);
    for (size_t i = 0; i < count; ++i) {
      const std::string_view name = parameters.front().name;
      COFFER_ASSIGN(const Value value, value_of(take_group(parameters)));
      new (&members[i]) Member{name, value};
    }
    return Value::object({members, count});
  }

 private:
  // Parameters are sorted wherever they are passed on, by what they are called there.

  // How many names they have.
  static size_t groups(std::span<const Parameter> parameters) {
    size_t count = 0;
    for (size_t i = 0; i < parameters.size(); ++i)
      count += i == 0 || !parameters[i - 1].is_named_as(parameters[i]);
    return count;
  }

  // Takes off those that are called as the first is, and descends with them.
  static std::span<Parameter> take_group(std::span<Parameter>& parameters) {
    size_t size = 1;
    while (size < parameters.size() && parameters[size].is_named_as(parameters[0]))
      ++size;
    const std::span<Parameter> group = parameters.first(size);
    parameters = parameters.subspan(size);
    for (Parameter& parameter : group)
      parameter.descend();
    sort(group);
    return group;
  }

  // Those of that name, likewise.
  static std::span<Parameter> find_group(std::span<Parameter> parameters, std::string_view name) {
    while (!parameters.empty() && (parameters.front().is_index || parameters.front().name != name))
      parameters = parameters.subspan(1);
    return parameters.empty() ? parameters : take_group(parameters);
  }

  // Those that have an index, which stand in front.
  static std::span<Parameter> indexed(std::span<Parameter> parameters) {
    size_t count = 0;
    while (count < parameters.size() && parameters[count].is_index)
      ++count;
    return parameters.first(count);
  }

  template <class T>
  T* allocate(size_t count) {
    return static_cast<T*>(document_.allocate(count * sizeof(T), alignof(T)));
  }

  Result<void> spend(size_t values) {
    if (values > limits_.max_values - values_) return malformed("The request has too many values.");
    values_ += values;
    return {};
  }

  Result<size_t> index_of(const Parameter& parameter) const {
    const std::string_view digits = parameter.name;
    size_t index = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (end.ec == std::errc() && index <= limits_.max_values) return index;
    return malformed(std::string(digits.empty() ? "0" : digits.substr(0, 32)) + " is not a valid index");
  }

  Result<Value> value_of(std::span<Parameter> parameters) {
    if (parameters.back().is_value) return Value::untyped(parameters.front().value);
    if (parameters.front().is_value) return malformed("A parameter has both a value and members.");
    if (const auto items = find_group(parameters, "member"); !items.empty()) return list(items);
    if (const auto entries = find_group(parameters, "entry"); !entries.empty()) return map(entries);
    if (parameters.front().is_index) return malformed("Top level element may not be treated as a list");
    return object(parameters);
  }

  Result<Value> list(std::span<Parameter> parameters) {
    if (parameters.front().is_value) return malformed("Unexpected list element termination");
    parameters = indexed(parameters);
    if (parameters.empty()) return Value();
    COFFER_ASSIGN(const size_t size, index_of(parameters.back()));
    COFFER_TRY(spend(size));
    Value* const items = allocate<Value>(size);
    size_t filled = 0;
    Value gap;
    while (!parameters.empty()) {
      COFFER_ASSIGN(const size_t index, index_of(parameters.front()));
      COFFER_ASSIGN(const Value item, value_of(take_group(parameters)));
      if (item.kind() == Kind::kObject) gap = Value::object({});
      while (filled + 1 < index)
        new (&items[filled++]) Value(gap);
      new (&items[filled++]) Value(item);
    }
    return Value::list({items, filled});
  }

  Result<Value> map(std::span<Parameter> parameters) {
    if (parameters.front().is_value) return malformed("Unexpected map entry termination");
    parameters = indexed(parameters);
    const size_t count = groups(parameters);
    COFFER_TRY(spend(count));
    Member* const members = allocate<Member>(count);
    for (size_t i = 0; i < count; ++i) {
      COFFER_TRY(index_of(parameters.front()));
      COFFER_ASSIGN(const Value entry, value_of(take_group(parameters)));
      const Value* const key = entry.find("key");
      const Value* const value = entry.find("value");
      if (key == nullptr || key->kind() != Kind::kString || value == nullptr) {
        return malformed("A map entry has no key or no value.");
      }
      new (&members[i]) Member{key->as_string(), *value};
    }
    if (has_duplicates({members, count})) return malformed("Two entries of a map have the same key.");
    return Value::object({members, count});
  }

  const QueryLimits& limits_;
  Document& document_;
  size_t values_ = 0;
};

Result<void> parse(std::string_view form, const QueryLimits& limits, Document& document) {
  const auto most = static_cast<size_t>(std::ranges::count(form, '&')) + 1;
  if (most > limits.max_parameters) return malformed("The request has too many parameters.");
  auto* const memory = static_cast<Parameter*>(document.allocate(most * sizeof(Parameter), alignof(Parameter)));
  uint32_t count = 0;
  while (!form.empty()) {
    const RawParameter raw = take_parameter(form);
    const auto key = decode(raw.key, document);
    const auto value = decode(raw.value, document);
    if (!key || !value) return malformed("The request is not well-formed.");
    if (key->empty()) continue;
    if (key->size() > limits.max_key_size) return malformed("A parameter's name is too long.");
    if (static_cast<size_t>(std::ranges::count(*key, '.')) + 1 > limits.max_depth) {
      return malformed("A parameter is nested too deeply.");
    }
    new (&memory[count]) Parameter(*key, *value, count);
    ++count;
  }
  const std::span<Parameter> parameters(memory, count);
  sort(parameters);
  COFFER_ASSIGN(const Value root, Builder(limits, document).object(parameters));
  document.set_root(root);
  return {};
}

}  // namespace

Result<void> parse_query(std::string_view form, const QueryLimits& limits, Document& document) {
  document.clear();
  Result<void> parsed = parse(form, limits, document);
  if (!parsed.ok()) document.clear();
  return parsed;
}

std::optional<std::string> query_parameter(std::string_view form, std::string_view name) {
  std::string text;
  const auto decoded = [&text](std::string_view raw) {
    text.resize(raw.size());
    const std::optional<size_t> size = decode(raw, text.data());
    text.resize(size.value_or(0));
    return size.has_value();
  };
  while (!form.empty()) {
    const RawParameter raw = take_parameter(form);
    // At most three characters stand for one; others need not be decoded.
    if (raw.key.size() > 3 * name.size() || !decoded(raw.key) || text != name) continue;
    if (!decoded(raw.value)) return std::nullopt;
    return text;
  }
  return std::nullopt;
}

}  // namespace coffer::wire
