// A decoded request, whatever dialect it came in. Values are views into their Document's memory, which is wiped when
// the document is cleared or dies, because a request may hold secrets anywhere. Knows no service.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"

namespace coffer::wire {

enum class Kind : uint8_t { kNull, kBoolean, kInteger, kReal, kString, kList, kObject };

struct Member;

// Trivially copyable; valid as long as the document.
class Value {
 public:
  Value() : kind_(Kind::kNull), untyped_(false), size_(0), integer_(0) {}
  static Value boolean(bool value);
  static Value integer(int64_t value);
  static Value real(double value);
  static Value string(std::string_view value);
  // A string of a dialect that writes everything as text: a number, or an empty list, may be meant.
  static Value untyped(std::string_view value);
  static Value list(std::span<const Value> values);
  static Value object(std::span<const Member> members);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_untyped() const { return untyped_; }

  // REQUIRES: the kind fits.
  bool as_boolean() const { return boolean_; }
  int64_t as_integer() const { return integer_; }
  double as_real() const { return real_; }
  std::string_view as_string() const { return {string_, size_}; }
  std::span<const Value> as_list() const { return {list_, size_}; }
  std::span<const Member> as_object() const;

  // The member of that exact name; nullptr when absent or when this is no object. A JSON null counts as absent.
  const Value* find(std::string_view name) const;

 private:
  Kind kind_;
  bool untyped_;
  uint32_t size_;
  union {
    bool boolean_;
    int64_t integer_;
    double real_;
    const char* string_;
    const Value* list_;
    const Member* members_;
  };
};

struct Member {
  std::string_view name;
  Value value;
};

inline std::span<const Member> Value::as_object() const {
  return {members_, size_};
}

// Whether two of them have the same name.
bool has_duplicates(std::span<const Member> members);

// The memory behind a decoded request: an arena that is wiped and reused.
class Document {
 public:
  Document();
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  const Value& root() const { return root_; }
  // Wipes everything. The first block of memory is kept for the next request.
  void clear();

  // For codecs: memory that lives until clear().
  void* allocate(size_t size, size_t alignment);
  std::string_view copy(std::string_view text);
  // `text` (empty, or the result of the last call of copy() or extend()) with `more` behind it.
  std::string_view extend(std::string_view text, std::string_view more);
  void set_root(Value root) { root_ = root; }

 private:
  struct Arena;
  std::unique_ptr<Arena> arena_;
  Value root_;
};

}  // namespace coffer::wire
