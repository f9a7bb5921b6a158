#include "crypto/system_random.h"

#include <openssl/rand.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>

#include "base/secret_bytes.h"

namespace coffer::crypto {
namespace {

void draw(std::span<std::byte> out) {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) != 1) std::abort();
}

// How often this process is the child of a fork since it, or an ancestor, drew first.
std::atomic<unsigned>& forks() {
  static std::atomic<unsigned> count = [] {
    if (::pthread_atfork(nullptr, nullptr, [] { forks().fetch_add(1, std::memory_order_relaxed); }) != 0) std::abort();
    return 0U;
  }();
  return count;
}

// Bytes drawn ahead, so that a UUID does not cost a call of the generator. A child process must not replay its parent's
// bytes: the block remembers in which process it was drawn.
struct Block {
  std::array<std::byte, 512> bytes;
  size_t used = sizeof(bytes);
  unsigned drawn_at = 0;
  ~Block() { wipe(bytes); }
};

}  // namespace

void SystemRandom::fill(std::span<std::byte> out) {
  thread_local Block block;
  if (out.size() > block.bytes.size() / 4) {
    draw(out);
    return;
  }
  const unsigned process = forks().load(std::memory_order_relaxed);
  if (block.drawn_at != process || block.bytes.size() - block.used < out.size()) {
    draw(block.bytes);
    block.used = 0;
    block.drawn_at = process;
  }
  const std::span<std::byte> taken = std::span(block.bytes).subspan(block.used, out.size());
  std::ranges::copy(taken, out.begin());
  wipe(taken);
  block.used += out.size();
}

}  // namespace coffer::crypto
