// A deployment for a while: `coffer dev` as a child, in a temporary directory and on ports that nobody uses. Stopped
// and removed at the end, whatever happened to it. Used from the main thread only.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "client/settings.h"
#include "server/deployment_files.h"
#include "server/process.h"

namespace coffer::server {

class OwnDeployment {
 public:
  struct Parts {
    std::vector<Region> regions;
    Signals& signals;  // asked to stop: what waits ends with kAborted
    const Clock& clock;
    Random& random;
  };
  // Until every region answers. kIo, kTimeout, kAborted, kConflict when no ports can be found.
  static Result<std::unique_ptr<OwnDeployment>> start(const Parts& parts);
  ~OwnDeployment();
  OwnDeployment(const OwnDeployment&) = delete;
  OwnDeployment& operator=(const OwnDeployment&) = delete;

  const Deployment& files() const { return deployment_; }
  // `verb` is start, stop or kill; as the command of that name.
  Result<void> command(const Region& region, const std::string& verb) const;
  // For its account, at the region's own endpoint. Any thread.
  client::Settings settings(const Region& region) const;

 private:
  OwnDeployment(const Parts& parts, std::string directory) : parts_(parts), directory_(std::move(directory)) {}
  Result<uint16_t> free_ports() const;
  Result<void> spawn();
  Result<void> wait_ready();
  Result<void> take_credentials();
  bool has_ended();
  void stop();

  const Parts parts_;
  const std::string directory_;  // the deployment is in a directory inside
  Deployment deployment_;
  client::Credentials credentials_;
  pid_t pid_ = 0;
  int exit_status_ = 0;
};

}  // namespace coffer::server
