// A deployment for a while: `coffer dev` as a child, in a temporary directory and on ports that nobody uses. Stopped
// and removed at the end, whatever happened to it. The child ends with this process, and what a process that was killed
// has left on the disk the next one removes. Used from the main thread only.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "server/deployment_files.h"
#include "server/files.h"
#include "server/interrupt.h"

namespace coffer::server {

class OwnDeployment {
 public:
  struct Parts {
    std::vector<Region> regions;
    const Interrupt& interrupt;  // asked to stop: what waits ends with kAborted
    const Clock& clock;
    Random& random;
  };
  // Until every region answers. kIo, kTimeout, kAborted, kConflict when no ports can be found.
  static Result<std::unique_ptr<OwnDeployment>> start(const Parts& parts);
  ~OwnDeployment();
  OwnDeployment(const OwnDeployment&) = delete;
  OwnDeployment& operator=(const OwnDeployment&) = delete;

  // Directories of processes that have ended without removing them; the number.
  static size_t remove_stale(const Clock& clock);

  const Deployment& files() const { return deployment_; }
  // `verb` is start, stop or kill; as the command of that name.
  Result<void> command(const Region& region, const std::string& verb) const;

 private:
  struct Place {
    std::string path;
    FileLock lock;  // held as long as it is in use
  };

  OwnDeployment(const Parts& parts, Place place)
      : parts_(parts), directory_(std::move(place.path)), lock_(std::move(place.lock)) {}
  static Result<Place> make_place();
  Result<uint16_t> free_ports() const;
  Result<void> spawn();
  Result<void> wait_ready();
  bool has_ended();
  void stop();

  const Parts parts_;
  const std::string directory_;  // the deployment is in a directory inside
  const FileLock lock_;
  Deployment deployment_;
  pid_t pid_ = 0;
  int exit_status_ = 0;
};

}  // namespace coffer::server
