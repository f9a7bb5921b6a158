// Calling the regions of a local deployment as the root user of its account, each at its own endpoint. Whoever may open
// a region's admin socket may do so.
#pragma once

#include <functional>

#include "base/clock.h"
#include "base/result.h"
#include "cli/deployment.h"
#include "client/settings.h"
#include "server/deployment_files.h"

namespace coffer::server {

class DeploymentAccess {
 public:
  // Asks the home of identities. Errors as call_local(), with a text that says so when it does not run.
  static Result<DeploymentAccess> open(const Deployment& deployment, const std::function<bool()>& is_given_up);

  // Not longer than this lives; any thread. Without a region: the one that was home at first.
  cli::Deployment::Connect connect(const Clock& clock, std::function<bool()> is_given_up) const;

 private:
  explicit DeploymentAccess(Deployment deployment) : deployment_(std::move(deployment)) {}
  client::Settings settings(const Region& region) const;

  Deployment deployment_;
  client::Credentials credentials_;
};

}  // namespace coffer::server
