#include "wire/value.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/secret_bytes.h"

namespace coffer::wire {

Value Value::boolean(bool value) {
  Value result;
  result.kind_ = Kind::kBoolean;
  result.boolean_ = value;
  return result;
}

Value Value::integer(int64_t value) {
  Value result;
  result.kind_ = Kind::kInteger;
  result.integer_ = value;
  return result;
}

Value Value::real(double value) {
  Value result;
  result.kind_ = Kind::kReal;
  result.real_ = value;
  return result;
}

Value Value::string(std::string_view value) {
  Value result;
  result.kind_ = Kind::kString;
  result.size_ = static_cast<uint32_t>(value.size());
  result.string_ = value.data();
  return result;
}

Value Value::untyped(std::string_view value) {
  Value result = string(value);
  result.untyped_ = true;
  return result;
}

Value Value::list(std::span<const Value> values) {
  Value result;
  result.kind_ = Kind::kList;
  result.size_ = static_cast<uint32_t>(values.size());
  result.list_ = values.data();
  return result;
}

Value Value::object(std::span<const Member> members) {
  Value result;
  result.kind_ = Kind::kObject;
  result.size_ = static_cast<uint32_t>(members.size());
  result.members_ = members.data();
  return result;
}

const Value* Value::find(std::string_view name) const {
  if (kind_ != Kind::kObject) return nullptr;
  for (const Member& member : as_object()) {
    if (member.name == name) return member.value.is_null() ? nullptr : &member.value;
  }
  return nullptr;
}

bool has_duplicates(std::span<const Member> members) {
  constexpr size_t kFew = 16;
  if (members.size() <= kFew) {
    for (size_t i = 1; i < members.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (members[i].name == members[j].name) return true;
      }
    }
    return false;
  }
  std::vector<std::string_view> names;
  names.reserve(members.size());
  for (const Member& member : members)
    names.push_back(member.name);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

// Blocks are chained behind their own header; the first one is part of the arena and survives clear().
struct Document::Arena {
  static constexpr size_t kFirstBlock = 16 * 1024;

  struct Block {
    Block* previous;
    size_t size;  // of the whole allocation

    char* begin() { return reinterpret_cast<char*>(this + 1); }
    char* end() { return reinterpret_cast<char*>(this) + size; }
  };

  char* next = first;
  char* end = first + kFirstBlock;
  Block* block = nullptr;  // the newest; nullptr while the first block suffices
  size_t first_used = 0;   // valid when `block` is set
  alignas(std::max_align_t) char first[kFirstBlock];

  void* allocate(size_t size, size_t alignment) {
    const auto address = reinterpret_cast<uintptr_t>(next);
    const size_t padding = (alignment - address % alignment) % alignment;
    if (size + padding > static_cast<size_t>(end - next)) {
      add_block(size);
      return allocate(size, alignment);
    }
    char* result = next + padding;
    next = result + size;
    return result;
  }

  void add_block(size_t wanted) {
    const size_t size = sizeof(Block) + std::max(wanted + alignof(std::max_align_t), size_t{64} * 1024);
    char* memory = new char[size];
    if (block == nullptr) first_used = static_cast<size_t>(next - first);
    block = new (memory) Block{block, size};
    next = block->begin();
    end = block->end();
  }

  void clear() {
    if (block == nullptr) first_used = static_cast<size_t>(next - first);
    while (block != nullptr) {
      Block* previous = block->previous;
      char* memory = reinterpret_cast<char*>(block);
      wipe(memory, block->size);
      delete[] memory;
      block = previous;
    }
    wipe(first, first_used);
    first_used = 0;
    next = first;
    end = first + kFirstBlock;
  }
};

Document::Document() : arena_(std::make_unique<Arena>()) {}

Document::~Document() {
  clear();
}

void Document::clear() {
  root_ = Value();
  arena_->clear();
}

void* Document::allocate(size_t size, size_t alignment) {
  return arena_->allocate(size, alignment);
}

std::string_view Document::copy(std::string_view text) {
  if (text.empty()) return {};
  char* memory = static_cast<char*>(allocate(text.size(), 1));
  std::memcpy(memory, text.data(), text.size());
  return {memory, text.size()};
}

std::string_view Document::extend(std::string_view text, std::string_view more) {
  Arena& arena = *arena_;
  if (!text.empty() && text.data() + text.size() == arena.next &&
      more.size() <= static_cast<size_t>(arena.end - arena.next)) {
    std::memcpy(arena.next, more.data(), more.size());
    arena.next += more.size();
    return {text.data(), text.size() + more.size()};
  }
  // Twice the room that is needed now, so that a long text is moved only a few times.
  const size_t size = text.size() + more.size();
  char* memory = static_cast<char*>(allocate(2 * size, 1));
  if (!text.empty()) std::memcpy(memory, text.data(), text.size());
  if (!more.empty()) std::memcpy(memory + text.size(), more.data(), more.size());
  arena.next = memory + size;
  return {memory, size};
}

}  // namespace coffer::wire
