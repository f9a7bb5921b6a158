// What a run tells of its events, when somebody wants to know how it came to a violation: on standard error, or kept.
#pragma once

#include <cstdio>
#include <string>

namespace coffer::sim {

class Trace {
 public:
  // `kept`: null, or what gets every line.
  Trace(bool is_printed, std::string* kept) : is_printed_(is_printed), kept_(kept) {}

  template <class... Parts>
  void tell(const Parts&... parts) const {
    if (!is_printed_ && kept_ == nullptr) return;
    std::string line = std::to_string(step) + std::string(2 * nested + 1, ' ');
    ((line += parts), ...);
    line += '\n';
    if (is_printed_) (void)std::fputs(line.c_str(), stderr);
    if (kept_ != nullptr) *kept_ += line;
  }

  int step = 0;
  size_t nested = 0;  // events that happen while a frame of another is on its way

 private:
  const bool is_printed_;
  std::string* const kept_;
};

}  // namespace coffer::sim
