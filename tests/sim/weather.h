// One direction between two regions: what the network does to the frames that are sent there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace coffer::sim {

struct Weather {
  bool carries_requests = true;
  bool carries_answers = true;
  // Chances in percent, for each frame.
  uint32_t lost = 0;
  uint32_t answer_lost = 0;
  uint32_t twice = 0;
  uint32_t late = 0;
  std::vector<std::string> held;  // frames that are late; nobody waits for their answers
};

}  // namespace coffer::sim
