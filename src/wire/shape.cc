#include "wire/shape.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>

#include "base/encoding.h"
#include "base/time_text.h"

namespace coffer::wire {
namespace {

constexpr size_t kMaxShown = 1024;

// The model writes "SecretId", "KmsKeyId", "ARN"; violations say "secretId", "kmsKeyId", "arn": the capitals at the
// front become small, but for the last of several if it begins a word.
void append_member_name(std::string_view name, std::string& out) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  size_t run = 0;
  while (run < name.size() && is_upper(name[run]))
    ++run;
  if (run > 1 && run < name.size()) --run;
  for (size_t i = 0; i < name.size(); ++i) {
    out.push_back(i < run ? static_cast<char>(name[i] - 'A' + 'a') : name[i]);
  }
}

// At most kMaxShown bytes, not cutting a character in two.
std::string_view shown(std::string_view value) {
  if (value.size() <= kMaxShown) return value;
  size_t size = kMaxShown;
  while (size > 0 && (static_cast<unsigned char>(value[size]) & 0xc0) == 0x80)
    --size;
  return value.substr(0, size);
}

std::string_view json_token(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return "NULL_VALUE";
    case Kind::kBoolean:
      return value.as_boolean() ? "TRUE_VALUE" : "FALSE_VALUE";
    case Kind::kInteger:
      return "NUMBER_VALUE";
    case Kind::kReal:
      return "DECIMAL_VALUE";
    case Kind::kString:
      return "STRING_VALUE";
    case Kind::kList:
    case Kind::kObject:
      break;
  }
  return {};
}

// `wanted` with its article: "a String".
void refuse_type(const Value& value, std::string_view wanted, Decoder& decoder) {
  if (value.kind() == Kind::kList) return decoder.wrong_type("Start of list found where not expected");
  if (value.kind() == Kind::kObject) return decoder.wrong_type("Start of structure or map found where not expected.");
  std::string text(json_token(value));
  text.append(" can not be converted to ").append(wanted);
  decoder.wrong_type(text);
}

// Scalars of the Query dialect are text; the words are those of its front end. Those for numbers are not known: they
// follow the ones for booleans.
void decode_text(std::string_view text, bool& out, Decoder& decoder) {
  if (text.empty()) return decoder.wrong_type("missing value for boolean type");
  out = text == "true" || text == "1";
  if (!out && text != "false" && text != "0") decoder.wrong_type("boolean must follow xsd1.1 definition");
}

void decode_text(std::string_view text, int64_t& out, Decoder& decoder) {
  if (text.empty()) return decoder.wrong_type("missing value for integer type");
  const auto end = std::from_chars(text.data(), text.data() + text.size(), out);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) {
    decoder.wrong_type("integer must follow xsd1.1 definition");
  }
}

void decode_text(std::string_view text, Time& out, Decoder& decoder) {
  const std::optional<Time> time = parse_iso_extended(text);
  if (!time) return decoder.wrong_type("timestamp must follow ISO8601");
  out = *time;
}

bool has_length_bounds(const Constraint& constraint) {
  return constraint.min != INT64_MIN || constraint.max != INT64_MAX;
}

std::string at_least(std::string_view what, int64_t bound) {
  return "Member must have " + std::string(what) + " greater than or equal to " + std::to_string(bound);
}

std::string at_most(std::string_view what, int64_t bound) {
  return "Member must have " + std::string(what) + " less than or equal to " + std::to_string(bound);
}

std::string join(std::span<const std::string_view> values) {
  std::string text = "[";
  for (std::string_view value : values) {
    if (text.size() > 1) text.append(", ");
    text.append(value);
  }
  text.push_back(']');
  return text;
}

// Calls report(constraint text) for everything that `text` violates.
template <class Report>
void check_text(std::string_view text, const Constraint& constraint, Report&& report) {
  if (has_length_bounds(constraint)) {
    const auto length = static_cast<int64_t>(utf8_length(text));
    if (length > constraint.max) report(at_most("length", constraint.max));
    if (length < constraint.min) report(at_least("length", constraint.min));
  }
  if (constraint.pattern != nullptr && !constraint.pattern->matches(text)) {
    report("Member must satisfy regular expression pattern: " + std::string(constraint.pattern->regex));
  }
  if (!constraint.values.empty() && std::ranges::find(constraint.values, text) == constraint.values.end()) {
    report("Member must satisfy enum value set: " + join(constraint.values));
  }
}

// Everything that a constraint on items asks for, in one text, as AWS reports it: "[Member must ..., Member must ...]".
std::string all_of(const Constraint& item) {
  std::string text;
  const auto add = [&text](const std::string& part) { text.append(text.empty() ? "[" : ", ").append(part); };
  if (item.pattern != nullptr)
    add("Member must satisfy regular expression pattern: " + std::string(item.pattern->regex));
  if (item.max != INT64_MAX) add(at_most("length", item.max));
  if (item.min != INT64_MIN) add(at_least("length", item.min));
  if (!item.values.empty()) add("Member must satisfy enum value set: " + join(item.values));
  return text + "]";
}

std::string list_text(std::span<const Value> items) {
  std::string text = "[";
  for (const Value& item : items) {
    if (text.size() > kMaxShown) break;
    if (text.size() > 1) text.append(", ");
    text.append(item.kind() == Kind::kString ? item.as_string() : "null");
  }
  text.push_back(']');
  return text;
}

}  // namespace

Result<void> Decoder::finish() {
  if (wrong_type_) return Error{ErrorCode::kSerialization, std::move(*wrong_type_)};
  if (violations_.empty()) return {};
  std::string text = std::to_string(violations_.size());
  text.append(violations_.size() == 1 ? " validation error detected: " : " validation errors detected: ");
  for (const std::string& violation : violations_) {
    if (&violation != &violations_.front()) text.append("; ");
    text.append(violation);
  }
  return Error{ErrorCode::kValidation, std::move(text)};
}

void Decoder::add(std::string_view what, std::string_view constraint) {
  if (violations_.size() == kMaxViolations) return;
  std::string text = "Value";
  text.append(what).append(" at '").append(path()).append("' failed to satisfy constraint: ").append(constraint);
  violations_.push_back(std::move(text));
}

void Decoder::violation(std::string_view value, bool sensitive, std::string_view constraint) {
  if (sensitive) return add({}, constraint);
  std::string what = " '";
  what.append(shown(value)).push_back('\'');
  add(what, constraint);
}

void Decoder::missing() {
  add(" null", "Member must not be null");
}

void Decoder::wrong_type(std::string_view text) {
  if (!wrong_type_) wrong_type_ = text;
}

std::string Decoder::path() const {
  std::string path;
  for (size_t i = 0; i < std::min(depth_, kMaxDepth); ++i) {
    if (i != 0) path.push_back('.');
    if (segments_[i].index == SIZE_MAX) {
      path.append(segments_[i].member).append(".member");
    } else if (segments_[i].index != 0) {
      path.append(std::to_string(segments_[i].index)).append(".member");
    } else {
      append_member_name(segments_[i].member, path);
    }
  }
  return path;
}

void decode_fields(const Value& value, std::span<const Field> fields, void* object, Decoder& decoder) {
  if (!detail::expect_object(value, decoder)) return;
  for (const Field& field : fields) {
    const Value* member = value.find(field.name);
    if (member == nullptr && !field.required) continue;
    decoder.push(field.name);
    if (member == nullptr) {
      decoder.missing();
    } else {
      field.decode(*member, object, field, decoder);
    }
    decoder.pop();
  }
}

void encode_fields(std::span<const Field> fields, const void* object, Encoder& encoder) {
  for (const Field& field : fields)
    field.encode(object, field, encoder);
}

namespace detail {

void decode_value(const Value& value, std::string& out, const Constraint& constraint, Decoder& decoder) {
  if (value.kind() != Kind::kString) return refuse_type(value, "a String", decoder);
  const std::string_view text = value.as_string();
  check_text(text, constraint, [&](const std::string& violated) { decoder.violation(text, false, violated); });
  out.assign(text);
}

void decode_value(const Value& value, SecretText& out, const Constraint& constraint, Decoder& decoder) {
  if (value.kind() != Kind::kString) return refuse_type(value, "a String", decoder);
  const std::string_view text = value.as_string();
  check_text(text, constraint, [&](const std::string& violated) { decoder.violation({}, true, violated); });
  out.bytes = SecretBytes::copy_of(text);
}

void decode_value(const Value& value, SecretBlob& out, const Constraint& constraint, Decoder& decoder) {
  if (value.kind() != Kind::kString) return refuse_type(value, "a Blob", decoder);
  std::optional<SecretBytes> bytes = base64_decode(value.as_string());
  if (!bytes) return decoder.wrong_type("Member '" + decoder.path() + "' is not valid base64");
  const auto length = static_cast<int64_t>(bytes->size());
  if (length > constraint.max) decoder.violation({}, true, at_most("length", constraint.max));
  if (length < constraint.min) decoder.violation({}, true, at_least("length", constraint.min));
  out.bytes = std::move(*bytes);
}

void decode_value(const Value& value, Blob& out, const Constraint& constraint, Decoder& decoder) {
  constexpr SecretAccess kNoSecret("a member that is marked as no secret");
  SecretBlob decoded;
  decode_value(value, decoded, constraint, decoder);
  out.bytes = decoded.bytes.view(kNoSecret);
}

void decode_value(const Value& value, bool& out, const Constraint&, Decoder& decoder) {
  if (value.is_untyped()) return decode_text(value.as_string(), out, decoder);
  if (value.kind() != Kind::kBoolean) return refuse_type(value, "a Boolean", decoder);
  out = value.as_boolean();
}

void decode_value(const Value& value, int64_t& out, const Constraint& constraint, Decoder& decoder) {
  if (value.is_untyped()) {
    decode_text(value.as_string(), out, decoder);
  } else if (value.kind() == Kind::kInteger) {
    out = value.as_integer();
  } else {
    return refuse_type(value, "an Integer", decoder);
  }
  if (out > constraint.max) decoder.violation(std::to_string(out), false, at_most("value", constraint.max));
  if (out < constraint.min) decoder.violation(std::to_string(out), false, at_least("value", constraint.min));
}

void decode_value(const Value& value, Time& out, const Constraint&, Decoder& decoder) {
  if (value.is_untyped()) return decode_text(value.as_string(), out, decoder);
  if (value.kind() != Kind::kInteger && value.kind() != Kind::kReal) return refuse_type(value, "a Timestamp", decoder);
  constexpr double kEndOfYear9999 = 253'402'300'800;
  const double seconds = value.kind() == Kind::kReal ? value.as_real() : static_cast<double>(value.as_integer());
  if (std::abs(seconds) >= kEndOfYear9999) return refuse_type(value, "a Timestamp", decoder);
  out = Time(Duration(std::llround(seconds * 1000)));
}

void decode_value(const Value& value, std::vector<std::string>& out, const Constraint& constraint, Decoder& decoder) {
  const auto items = expect_list(value, decoder);
  if (!items) return;
  const auto size = static_cast<int64_t>(items->size());
  if (size > constraint.max) decoder.violation(list_text(*items), false, at_most("length", constraint.max));
  if (size < constraint.min) decoder.violation(list_text(*items), false, at_least("length", constraint.min));
  bool good = true;
  size_t index = 0;
  out.reserve(items->size());
  for (const Value& item : *items) {
    ++index;
    if (item.is_null()) {
      decoder.push_item(index);
      decoder.missing();
      decoder.pop();
      continue;
    }
    if (item.kind() != Kind::kString) return refuse_type(item, "a String", decoder);
    out.emplace_back(item.as_string());
    if (constraint.item != nullptr) check_text(item.as_string(), *constraint.item, [&](const auto&) { good = false; });
  }
  if (!good) {
    decoder.violation(list_text(*items), false, "Member must satisfy constraint: " + all_of(*constraint.item));
  }
}

void check_list_size(size_t size, const Constraint& constraint, Decoder& decoder) {
  const auto length = static_cast<int64_t>(size);
  // Structures are not printed: they may hold anything.
  const bool hidden = size != 0;
  if (length > constraint.max) decoder.violation("[]", hidden, at_most("length", constraint.max));
  if (length < constraint.min) decoder.violation("[]", hidden, at_least("length", constraint.min));
}

std::optional<std::span<const Value>> expect_list(const Value& value, Decoder& decoder) {
  if (value.kind() == Kind::kList) return value.as_list();
  if (!value.is_untyped()) {
    refuse_type(value, "a List", decoder);
  } else if (value.as_string().empty()) {
    return std::span<const Value>();
  } else {
    decoder.wrong_type("Unexpected list element termination");
  }
  return std::nullopt;
}

bool expect_object(const Value& value, Decoder& decoder) {
  if (value.kind() == Kind::kObject) return true;
  if (value.is_untyped()) {
    decoder.wrong_type("Unexpected complex element termination");
  } else {
    refuse_type(value, "a Structure", decoder);
  }
  return false;
}

void encode_value(std::string_view value, Encoder& encoder) {
  encoder.string(value);
}
void encode_value(const SecretText& value, Encoder& encoder) {
  encoder.secret_string(value.bytes);
}
void encode_value(const SecretBlob& value, Encoder& encoder) {
  encoder.secret_blob(value.bytes);
}
void encode_value(const Blob& value, Encoder& encoder) {
  encoder.string(base64_encode(std::as_bytes(std::span(value.bytes))));
}
void encode_value(bool value, Encoder& encoder) {
  encoder.boolean(value);
}
void encode_value(int64_t value, Encoder& encoder) {
  encoder.integer(value);
}
void encode_value(Time value, Encoder& encoder) {
  encoder.time(value);
}

}  // namespace detail
}  // namespace coffer::wire
