// SecretBytes: bytes that must never be seen. Wiped when they die or move, compared in constant time, never printed.
// Copied only by clone(), read only by presenting a SecretAccess token, which one class makes and one grep finds:
// every use of `SecretAccess` is a place where a reviewer has to look.
// Must never: convert to a string, stream, hash or format by accident. All of these fail to compile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace coffer {

// Fills `bytes` with zeros in a way the optimiser keeps.
void wipe(std::span<std::byte> bytes);
void wipe(void* data, size_t size);

// Permission to look at secret bytes. The argument says why, for the reader; it is not stored.
class SecretAccess {
 public:
  explicit consteval SecretAccess(const char* /*reason*/) {}
};

class SecretBytes {
 public:
  SecretBytes() = default;
  // Zero-filled, to be filled in through mutable_span().
  explicit SecretBytes(size_t size);
  // Takes a copy of `bytes`; the caller still owns (and wipes) the original.
  static SecretBytes copy_of(std::span<const std::byte> bytes);
  static SecretBytes copy_of(std::string_view text);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  SecretBytes clone() const;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Constant time in the bytes (not in the length).
  bool equals(const SecretBytes& other) const;
  bool operator==(const SecretBytes&) const = delete;

  std::span<const std::byte> span(SecretAccess) const { return {data_, size_}; }
  std::string_view view(SecretAccess) const { return {reinterpret_cast<const char*>(data_), size_}; }
  std::span<std::byte> mutable_span(SecretAccess) { return {data_, size_}; }

 private:
  void release();

  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

// A growing byte buffer for messages that hold secrets: request bodies, answers, frames between regions.
// Wiped on growth and destruction. Text already in it is readable, so keep it short-lived and never log it.
class SecretBuffer {
 public:
  SecretBuffer() = default;
  SecretBuffer(SecretBuffer&& other) noexcept;
  SecretBuffer& operator=(SecretBuffer&& other) noexcept;
  SecretBuffer(const SecretBuffer&) = delete;
  SecretBuffer& operator=(const SecretBuffer&) = delete;
  ~SecretBuffer();

  void append(std::string_view text);
  void push_back(char c) {
    if (size_ == capacity_) grow(size_ + 1);
    data_[size_++] = c;
  }
  // Appends `size` uninitialised bytes and returns where they are, valid until the next call.
  char* extend(size_t size);
  void resize(size_t size);
  void reserve(size_t capacity);
  // Wipes the contents and keeps the memory, for reuse.
  void clear();

  char* data() { return data_; }
  const char* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {data_, size_}; }

 private:
  void grow(size_t wanted);
  void release();

  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace coffer
