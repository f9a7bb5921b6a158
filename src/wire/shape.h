// Shapes: the members of a request or response as a table, so that decoding, validation, encoding and the comparison
// with the AWS model all read the same lines.
//
//   struct Request {
//     std::string secret_id;
//     std::optional<std::string> version_id;
//     static constexpr wire::Field kFields[] = {
//         wire::field<&Request::secret_id>("SecretId", {.min = 1, .max = 2048}),
//         wire::field<&Request::version_id>("VersionId", {.min = 32, .max = 64})};
//   };
//
// Member types: std::string, Blob, SecretText and SecretBlob (values), bool, int64_t, Time, a struct with kFields,
// std::vector and Map of those; in responses also std::string_view and ids with a text(); std::optional of any of
// these. A member that is not std::optional is required in a request. Unknown members are ignored, JSON null is absent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "wire/encoder.h"
#include "wire/value.h"

namespace coffer::wire {

// Secret members: text (JSON string) and bytes (JSON base64). The AWS model marks them "sensitive": violations never
// print the value.
struct SecretText {
  SecretBytes bytes;
};
struct SecretBlob {
  SecretBytes bytes;
};
// Bytes that everybody may see: ciphertexts.
struct Blob {
  std::string bytes;
};

// Text to values, in the order given.
template <class T>
using Map = std::vector<std::pair<std::string, T>>;
// Version ids to staging labels.
using StringListMap = Map<std::vector<std::string>>;

struct Pattern {
  std::string_view regex;                  // as the AWS model prints it
  bool (*matches)(std::string_view text);  // the same, by hand
};

// Bounds are of the length (characters of text, bytes of blobs, items of lists, entries of maps) or of the value of a
// number.
struct Constraint {
  int64_t min = INT64_MIN;
  int64_t max = INT64_MAX;
  const Pattern* pattern = nullptr;
  std::span<const std::string_view> values = {};  // enum
  const struct Constraint* item = nullptr;        // of each item of a list of strings
  bool idempotency_token = false;                 // SDKs make one up when their caller gives none
};

// What a member is on the wire.
enum class Type : uint8_t {
  kString,
  kSecretText,
  kSecretBlob,
  kBlob,
  kBoolean,
  kInteger,
  kTimestamp,
  kStructure,
  kList,
  kMap
};

class Decoder;

struct Field {
  std::string_view name;
  Type type;
  Type item;  // of a list's items, of a map's values; otherwise the same as `type`
  Constraint constraint;
  bool required;
  bool sensitive;
  void (*decode)(const Value& value, void* object, const Field& field, Decoder& decoder);
  // Writes key and value unless the member is absent.
  void (*encode)(const void* object, const Field& field, Encoder& encoder);
  // The fields of the nested structure, or of a list's or a map's; empty otherwise. For the model test, as the types
  // are.
  std::span<const Field> nested;
};

// Collects what is wrong with a request: AWS reports all constraint violations at once, and a wrong type at once.
class Decoder {
 public:
  // kSerialization, kValidation ("2 validation errors detected: ...") or success.
  Result<void> finish();

  // `value` is printed (at most 1,024 bytes of it) unless it is sensitive.
  void violation(std::string_view value, bool sensitive, std::string_view constraint);
  // A required member that is absent or null.
  void missing();
  // The first one wins, over violations too.
  void wrong_type(std::string_view text);

  // Where in the request we are: a member (whose name must outlive the decoder), an item of a list, counted from 1, or
  // the value of a map's key (likewise).
  void push(std::string_view member) { enter({member, 0}); }
  void push_item(size_t index) { enter({{}, index}); }
  void push_entry(std::string_view key) { enter({key, SIZE_MAX}); }
  void pop() { --depth_; }
  // "filters.1.member.key"
  std::string path() const;

 private:
  struct Segment {
    std::string_view member;
    size_t index;
  };
  static constexpr size_t kMaxDepth = 16;       // shapes nest less deeply than that
  static constexpr size_t kMaxViolations = 32;  // more are not collected: a huge request must not get a huge answer

  void enter(Segment segment) {
    if (depth_ < kMaxDepth) segments_[depth_] = segment;
    ++depth_;
  }
  void add(std::string_view what, std::string_view constraint);

  size_t depth_ = 0;
  Segment segments_[kMaxDepth];
  std::vector<std::string> violations_;
  std::optional<std::string> wrong_type_;
};

void decode_fields(const Value& value, std::span<const Field> fields, void* object, Decoder& decoder);
void encode_fields(std::span<const Field> fields, const void* object, Encoder& encoder);

// kSerialization when `value` is not an object or a member has the wrong type (AWS's texts, e.g. "NUMBER_VALUE can not
// be converted to a String", "boolean must follow xsd1.1 definition"); kValidation for constraints.
template <class T>
Result<T> decode(const Value& value) {
  T object{};
  Decoder decoder;
  decode_fields(value, T::kFields, &object, decoder);
  COFFER_TRY(decoder.finish());
  return object;
}

template <class T>
void encode(const T& object, Encoder& encoder) {
  encode_fields(T::kFields, &object, encoder);
}

namespace detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {
  using Inner = T;
};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {
  using Inner = T;
};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<Map<T>> : std::true_type {
  using Inner = T;
};
template <class T>
concept HasFields = requires {
  T::kFields;
};
template <class T>
concept HasText = requires(const T& id) {
  id.text();
};
// Answers only: a request has no member of such a type.
template <class T>
concept OnlyEncoded = std::is_same_v<T, std::string_view> || HasText<T>;

// One overload per leaf type; shape.cc holds them.
void decode_value(const Value& value, std::string& out, const Constraint& constraint, Decoder& decoder);
void decode_value(const Value& value, SecretText& out, const Constraint& constraint, Decoder& decoder);
void decode_value(const Value& value, SecretBlob& out, const Constraint& constraint, Decoder& decoder);
void decode_value(const Value& value, Blob& out, const Constraint& constraint, Decoder& decoder);
void decode_value(const Value& value, bool& out, const Constraint& constraint, Decoder& decoder);
void decode_value(const Value& value, int64_t& out, const Constraint& constraint, Decoder& decoder);
void decode_value(const Value& value, Time& out, const Constraint& constraint, Decoder& decoder);
void decode_value(const Value& value, std::vector<std::string>& out, const Constraint& constraint, Decoder& decoder);
void check_list_size(size_t size, const Constraint& constraint, Decoder& decoder);
// The items; empty text is an empty list. nullopt after a refusal.
std::optional<std::span<const Value>> expect_list(const Value& value, Decoder& decoder);
bool expect_object(const Value& value, Decoder& decoder);

void encode_value(std::string_view value, Encoder& encoder);
void encode_value(const SecretText& value, Encoder& encoder);
void encode_value(const SecretBlob& value, Encoder& encoder);
void encode_value(const Blob& value, Encoder& encoder);
void encode_value(bool value, Encoder& encoder);
void encode_value(int64_t value, Encoder& encoder);
void encode_value(Time value, Encoder& encoder);

template <class T>
void decode_any(const Value& value, T& out, const Constraint& constraint, Decoder& decoder) {
  if constexpr (OnlyEncoded<T>) {
    return;
  } else if constexpr (HasFields<T>) {
    if (expect_object(value, decoder)) decode_fields(value, T::kFields, &out, decoder);
  } else if constexpr (IsMap<T>::value) {
    if (!expect_object(value, decoder)) return;
    check_list_size(value.as_object().size(), constraint, decoder);
    for (const Member& entry : value.as_object()) {
      decoder.push_entry(entry.name);
      auto& mapped = out.emplace_back(entry.name, typename IsMap<T>::Inner{}).second;
      if (entry.value.is_null()) {
        decoder.missing();
      } else {
        decode_any(entry.value, mapped, Constraint{}, decoder);
      }
      decoder.pop();
    }
  } else if constexpr (IsVector<T>::value && !std::is_same_v<T, std::vector<std::string>>) {
    const auto items = expect_list(value, decoder);
    if (!items) return;
    check_list_size(items->size(), constraint, decoder);
    size_t index = 0;
    for (const Value& item : *items) {
      decoder.push_item(++index);
      if (item.is_null()) {
        decoder.missing();
      } else {
        decode_any(item, out.emplace_back(), Constraint{}, decoder);
      }
      decoder.pop();
    }
  } else {
    decode_value(value, out, constraint, decoder);
  }
}

template <class T>
void encode_any(const T& value, Encoder& encoder) {
  if constexpr (HasFields<T>) {
    encoder.begin_object();
    encode_fields(T::kFields, &value, encoder);
    encoder.end_object();
  } else if constexpr (IsMap<T>::value) {
    encoder.begin_map();
    for (const auto& [key, mapped] : value) {
      encoder.map_key(key);
      encode_any(mapped, encoder);
    }
    encoder.end_map();
  } else if constexpr (IsVector<T>::value) {
    encoder.begin_list();
    for (const auto& item : value)
      encode_any(item, encoder);
    encoder.end_list();
  } else if constexpr (HasText<T>) {
    encoder.string(value.text());
  } else {
    encode_value(value, encoder);
  }
}

template <class T>
constexpr Type type_of() {
  if constexpr (IsOptional<T>::value) {
    return type_of<typename IsOptional<T>::Inner>();
  } else if constexpr (std::is_same_v<T, SecretText>) {
    return Type::kSecretText;
  } else if constexpr (std::is_same_v<T, SecretBlob>) {
    return Type::kSecretBlob;
  } else if constexpr (std::is_same_v<T, Blob>) {
    return Type::kBlob;
  } else if constexpr (std::is_same_v<T, bool>) {
    return Type::kBoolean;
  } else if constexpr (std::is_same_v<T, int64_t>) {
    return Type::kInteger;
  } else if constexpr (std::is_same_v<T, Time>) {
    return Type::kTimestamp;
  } else if constexpr (HasFields<T>) {
    return Type::kStructure;
  } else if constexpr (IsMap<T>::value) {
    return Type::kMap;
  } else if constexpr (IsVector<T>::value) {
    return Type::kList;
  } else {
    static_assert(std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view> || HasText<T>);
    return Type::kString;
  }
}

template <class T>
constexpr Type item_type_of() {
  if constexpr (IsOptional<T>::value) {
    return item_type_of<typename IsOptional<T>::Inner>();
  } else if constexpr (IsMap<T>::value) {
    return type_of<typename IsMap<T>::Inner>();
  } else if constexpr (IsVector<T>::value) {
    return type_of<typename IsVector<T>::Inner>();
  } else {
    return type_of<T>();
  }
}

template <class T>
constexpr std::span<const Field> nested_fields() {
  if constexpr (IsOptional<T>::value) {
    return nested_fields<typename IsOptional<T>::Inner>();
  } else if constexpr (IsMap<T>::value) {
    return nested_fields<typename IsMap<T>::Inner>();
  } else if constexpr (IsVector<T>::value) {
    return nested_fields<typename IsVector<T>::Inner>();
  } else if constexpr (HasFields<T>) {
    return T::kFields;
  } else {
    return {};
  }
}

template <class Pointer>
struct MemberOf;
template <class Class, class Type>
struct MemberOf<Type Class::*> {
  using Object = Class;
  using Member = Type;
};

// The class is an argument of its own because GCC 12 gives external linkage to what depends on a pointer to member
// only, even if the class is in an anonymous namespace: classes of one name in two files would share this code.
template <class Object, auto kPointer>
struct MemberCode {
  using Type = typename MemberOf<decltype(kPointer)>::Member;

  static void decode(const Value& value, void* object, const Field& field, Decoder& decoder) {
    auto& member = static_cast<Object*>(object)->*kPointer;
    if constexpr (IsOptional<Type>::value) {
      decode_any(value, member.emplace(), field.constraint, decoder);
    } else {
      decode_any(value, member, field.constraint, decoder);
    }
  }

  static void encode(const void* object, const Field& field, Encoder& encoder) {
    const auto& member = static_cast<const Object*>(object)->*kPointer;
    if constexpr (IsOptional<Type>::value) {
      if (!member) return;
      encoder.key(field.name);
      encode_any(*member, encoder);
    } else {
      encoder.key(field.name);
      encode_any(member, encoder);
    }
  }
};

}  // namespace detail

template <auto kPointer>
constexpr Field field(std::string_view name, Constraint constraint = {}) {
  using Object = typename detail::MemberOf<decltype(kPointer)>::Object;
  using MemberType = typename detail::MemberOf<decltype(kPointer)>::Member;
  constexpr Type kType = detail::type_of<MemberType>();
  return Field{
      .name = name,
      .type = kType,
      .item = detail::item_type_of<MemberType>(),
      .constraint = constraint,
      .required = !detail::IsOptional<MemberType>::value,
      .sensitive = kType == Type::kSecretText || kType == Type::kSecretBlob,
      .decode = &detail::MemberCode<Object, kPointer>::decode,
      .encode = &detail::MemberCode<Object, kPointer>::encode,
      .nested = detail::nested_fields<MemberType>(),
  };
}

}  // namespace coffer::wire
