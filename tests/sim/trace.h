// What a run tells of its events on standard error, when somebody wants to know how it came to a violation.
#pragma once

#include <cstdio>
#include <string>

namespace coffer::sim {

class Trace {
 public:
  explicit Trace(bool is_on) : is_on_(is_on) {}

  template <class... Parts>
  void tell(const Parts&... parts) const {
    if (!is_on_) return;
    std::string line = std::to_string(step) + std::string(2 * nested + 1, ' ');
    ((line += parts), ...);
    std::fprintf(stderr, "%s\n", line.c_str());
  }

  int step = 0;
  size_t nested = 0;  // events that happen while a frame of another is on its way

 private:
  const bool is_on_;
};

}  // namespace coffer::sim
