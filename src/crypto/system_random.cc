#include "crypto/system_random.h"

#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/secret_bytes.h"

namespace coffer::crypto {
namespace {

void draw(std::span<std::byte> out) {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) != 1) std::abort();
}

// Bytes drawn ahead, so that a UUID does not cost a call of the generator. A child process must not replay its parent's
// bytes: the block remembers who drew it.
struct Block {
  std::array<std::byte, 512> bytes;
  size_t used = sizeof(bytes);
  pid_t owner = 0;
  ~Block() { wipe(bytes); }
};

}  // namespace

void SystemRandom::fill(std::span<std::byte> out) {
  thread_local Block block;
  if (out.size() > block.bytes.size() / 4) {
    draw(out);
    return;
  }
  const pid_t process = getpid();
  if (block.owner != process || block.bytes.size() - block.used < out.size()) {
    draw(block.bytes);
    block.used = 0;
    block.owner = process;
  }
  const std::span<std::byte> taken = std::span(block.bytes).subspan(block.used, out.size());
  std::ranges::copy(taken, out.begin());
  wipe(taken);
  block.used += out.size();
}

}  // namespace coffer::crypto
