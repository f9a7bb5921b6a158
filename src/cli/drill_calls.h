// What clients of a drill ask Secrets Manager for. Errors as Deployment has them.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "cli/deployment.h"
#include "cli/drill_report.h"

namespace coffer::cli {

Result<void> make_drill_secret(Deployment& deployment, const std::string& region, const std::string& name,
                               const std::vector<std::string>& replicas, Random& random);
Result<void> read_drill_secret(Deployment& deployment, const std::string& region, const std::string& name);
// Which version is AWSCURRENT. kCorrupt when its value is not that which was written with its id.
Result<DrillVersion> check_drill_secret(Deployment& deployment, const std::string& region, const std::string& name);
// Of write_drill_secret(): a replica refuses writes.
bool is_refused_by_replica(const Error& error);
// Which version it made.
Result<DrillVersion> write_drill_secret(Deployment& deployment, const std::string& region, const std::string& name,
                                        Random& random);

}  // namespace coffer::cli
