// Which request to stop ends a piece of work: Ctrl-C once ends what a command is for, twice also its cleaning up.
#pragma once

#include <cstdint>

namespace coffer::cli {

enum class Heed : uint8_t { kFirst, kSecond };

}  // namespace coffer::cli
