// What a second terminal does with a running deployment or region, through its local sockets. Every function prints its
// answer on standard output, or reports the failure, and returns the exit status.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "server/deployment_files.h"
#include "server/json_door.h"

namespace coffer::server {

enum class OutputForm { kTable, kJson };

// As call_local() of its control socket, but for the text when it is not running (kNotFound).
Result<void> call_deployment(const Deployment& deployment, const LocalCall& call, wire::Document& answer);

// `verb` is start, stop, kill, add, remove or remove-lost.
int command_region(const std::string& directory, const std::string& region, const std::string& verb);
int show_status(const std::string& directory, OutputForm form);

// Makes the authority in `directory` once, and a link certificate for each region.
int make_certificates(const std::string& directory, const std::vector<std::string>& regions, const Clock& clock,
                      Random& random);

}  // namespace coffer::server
