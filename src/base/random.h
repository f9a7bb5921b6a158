// Randomness as an argument. The cryptographic implementation is crypto/system_random.h; SeededRandom is for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace coffer {

// Thread-safe. Implementations used outside tests are cryptographically secure.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) = 0;

  // Uniform in [0, bound), without modulo bias. REQUIRES: bound > 0.
  uint32_t uniform(uint32_t bound);
  // A version-4 UUID, lower case: "a1b2c3d4-....".
  std::string uuid();
  // `length` characters drawn uniformly from `alphabet`. REQUIRES: 1 to 256 characters.
  std::string text(size_t length, std::string_view alphabet);
};

// Deterministic and NOT secure: the same seed gives the same bytes. Not synchronised.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> out) override;

 private:
  uint64_t state_;
};

}  // namespace coffer
