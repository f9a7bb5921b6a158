// What a second terminal does with a running deployment or region, through its local sockets. Every function prints its
// answer on standard output, or reports the failure, and returns the exit status.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"

namespace coffer::server {

enum class OutputForm { kTable, kJson };

// `verb` is start, stop or kill.
int command_region(const std::string& directory, const std::string& region, const std::string& verb);
int show_status(const std::string& directory, OutputForm form);

// Makes the authority in `directory` once, and a link certificate for each region.
int make_certificates(const std::string& directory, const std::vector<std::string>& regions, const Clock& clock,
                      Random& random);

}  // namespace coffer::server
