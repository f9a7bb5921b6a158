#include "base/secret_bytes.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace coffer {

void wipe(void* data, size_t size) {
  if (size == 0) return;
  std::memset(data, 0, size);
  // The compiler must assume that the memory is read here, so it keeps the memset.
  asm volatile("" : : "r"(data) : "memory");
}

void wipe(std::span<std::byte> bytes) {
  wipe(bytes.data(), bytes.size());
}

SecretBytes::SecretBytes(size_t size) : data_(size == 0 ? nullptr : new std::byte[size]()), size_(size) {}

SecretBytes SecretBytes::copy_of(std::span<const std::byte> bytes) {
  SecretBytes copy(bytes.size());
  if (!bytes.empty()) std::memcpy(copy.data_, bytes.data(), bytes.size());
  return copy;
}

SecretBytes SecretBytes::copy_of(std::string_view text) {
  return copy_of(std::as_bytes(std::span(text)));
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() {
  release();
}

SecretBytes SecretBytes::clone() const {
  return copy_of(std::span<const std::byte>(data_, size_));
}

bool SecretBytes::equals(const SecretBytes& other) const {
  if (size_ != other.size_) return false;
  std::byte difference{0};
  for (size_t i = 0; i < size_; ++i)
    difference |= data_[i] ^ other.data_[i];
  // The barrier keeps the compiler from turning the loop into an early exit.
  asm volatile("" : "+r"(difference));
  return difference == std::byte{0};
}

void SecretBytes::release() {
  wipe(data_, size_);
  delete[] data_;
  data_ = nullptr;
  size_ = 0;
}

SecretBuffer::SecretBuffer(SecretBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

SecretBuffer& SecretBuffer::operator=(SecretBuffer&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

SecretBuffer::~SecretBuffer() {
  release();
}

void SecretBuffer::append(std::string_view text) {
  if (text.empty()) return;
  std::memcpy(extend(text.size()), text.data(), text.size());
}

char* SecretBuffer::extend(size_t size) {
  if (size > capacity_ - size_) grow(size_ + size);
  char* begin = data_ + size_;
  size_ += size;
  return begin;
}

void SecretBuffer::resize(size_t size) {
  if (size <= size_) {
    wipe(data_ + size, size_ - size);
    size_ = size;
  } else {
    const size_t added = size - size_;
    std::memset(extend(added), 0, added);
  }
}

void SecretBuffer::reserve(size_t capacity) {
  if (capacity > capacity_) grow(capacity);
}

void SecretBuffer::clear() {
  wipe(data_, size_);
  size_ = 0;
}

void SecretBuffer::grow(size_t wanted) {
  const size_t capacity = std::max({wanted, capacity_ * 2, size_t{256}});
  char* bigger = new char[capacity];
  if (size_ != 0) std::memcpy(bigger, data_, size_);
  wipe(data_, size_);
  delete[] data_;
  data_ = bigger;
  capacity_ = capacity;
}

void SecretBuffer::release() {
  wipe(data_, size_);
  delete[] data_;
}

}  // namespace coffer
