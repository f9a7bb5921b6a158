// Commands about policies that need no running server.
#pragma once

#include <iosfwd>

namespace coffer::server {

// Decides each line that the file descriptor `in` gives, a request with its policies as JSON, and prints the decision
// as one line of JSON: see policy/simulator.h. Empty lines are passed over. Returns the exit status: kUsage if a line
// was not understood, which its answer tells, kFailure when it cannot read or write.
int evaluate_policies(int in, std::ostream& out);

}  // namespace coffer::server
