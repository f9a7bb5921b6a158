// Which region a command is about, and asking it: what all commands have in common that talk to the admin socket of a
// region that runs.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "server/deployment_files.h"
#include "server/json_door.h"
#include "server/terminal.h"

namespace coffer::server {

// The region that `config` configures, or whose data directory `data` is, or a region of the deployment in `data`.
struct AdminTarget {
  std::string data;
  std::string config;            // wins
  std::optional<Region> region;  // of a deployment; absent: the home of identities
};

// Its admin socket. kUsage when a region is named where there is no choice, or the deployment does not have it;
// kNotFound when there is neither data nor deployment; of a configuration as load_region_config().
Result<std::string> admin_socket_of(const AdminTarget& target);

// The region of a deployment that is home of identities, as its regions know; the one that was at first when none
// of them answers. `is_given_up` as of LocalCall.
Region home_of(const Deployment& deployment, const std::function<bool()>& is_given_up = {});

// As call_local(), but for the text when the region is not running (kNotFound).
Result<void> call_region(const AdminTarget& target, const LocalCall& call, wire::Document& answer);

// Prints it on standard output, as one line of JSON; returns the exit status.
int print_json(const wire::Value& value);

}  // namespace coffer::server
