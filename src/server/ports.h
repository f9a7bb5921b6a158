// Whether a port is free, asked before anything is started, and who has it if not.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace coffer::server {

// kConflict "port 4566 is in use by nginx (pid 812)": the process is named when /proc shows it to us. kIo when the port
// may not be used at all. IPv4 loopback only: that is where a local deployment listens.
Result<void> check_port_free(uint16_t port);

}  // namespace coffer::server
