// The operating system's randomness through OpenSSL's generator, with a per-thread block for small draws.
#pragma once

#include "base/random.h"

namespace coffer::crypto {

class SystemRandom final : public Random {
 public:
  // Aborts the process if the generator fails: nothing that needs randomness may go on without it.
  void fill(std::span<std::byte> out) override;
};

}  // namespace coffer::crypto
