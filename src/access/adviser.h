// The smallest change of policies that lets a denied request through. What it advises, it has tried: the request is
// decided again as if the change had been made. Pure.
#pragma once

#include <vector>

#include "access/denial.h"
#include "access/explanation.h"

namespace coffer::access {

struct Amended {
  policy::Party party;
  uint32_t level = 0;
  bool operator==(const Amended&) const = default;
};

struct Advice {
  std::vector<Change> changes;   // together they let the request through; none: no policy can
  std::vector<Amended> amended;  // whose policies they change
};

// Takes every Deny away that covers the request, and adds as few statements as will do: rather to what the caller has
// than to the resource's policy. A boundary or a session policy that limits the caller is widened, not got round.
Advice advise(const Denial& denial);

}  // namespace coffer::access
