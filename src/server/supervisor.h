// The processes of a local deployment, one per region: starting, watching, stopping. Children end with their parent,
// also when it is killed. Used from the main thread only (a child must die with the thread that forked it), except
// snapshot(). Must never restart a region by itself: a person who stopped it wants it stopped.
#pragma once

#include <sys/types.h>

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "server/deployment_files.h"

namespace coffer::server {

enum class StopHow { kTerminate, kKill };

class Supervisor {
 public:
  // Sleeps up to the given time, less when something happens; false when the process is asked to stop.
  using Pause = std::function<bool(Duration)>;

  struct RegionStatus {
    Region region;
    pid_t pid = 0;  // 0: stopped
  };
  struct Ended {
    Region region;
    pid_t pid;
    std::string how;      // "was killed by signal 9", "exited with 4: coffer: the data ..."
    int exit_status = 1;  // of the child; 1 for a signal
  };

  Supervisor(const Deployment& deployment, const Clock& clock, Pause pause);
  // Kills what is still running.
  ~Supervisor();

  // Waits for processes of an earlier run that are still stopping. kPermission names one that does not end within 30 s.
  Result<void> wait_for_leftovers();

  // A region of the deployment from now on, or no more. REQUIRES: there is none of that name; it does not run.
  void add(const Region& region);
  void remove(const Region& region);

  // kUsage when it runs already, kIo when it cannot be started.
  Result<void> spawn(const Region& region);
  // Until the region answers. kAborted when it ended meanwhile (see reap()) or this process is asked to stop, kTimeout.
  Result<void> wait_ready(const Region& region, Duration timeout);
  // Until the region's process is gone; SIGKILL follows after 30 s. kNotFound when it is not running.
  Result<void> stop(const Region& region, StopHow how);
  // All at once, SIGKILL to what is left after 30 s.
  void stop_all();

  // Regions whose processes ended without having been asked to.
  std::vector<Ended> reap();

  std::vector<RegionStatus> snapshot() const;  // any thread

 private:
  struct Child {
    Region region;
    pid_t pid = 0;
    bool stopping = false;
    off_t output_start = 0;  // where in output.log this run began
  };

  Child* find(const Region& region);
  bool answers(const Region& region) const;
  void signal_child(Child& child, int signal);
  std::optional<Ended> collect(Child& child);
  void collect_all();
  bool wait_gone(const std::function<bool()>& gone, Duration timeout, bool stop_early);
  std::string last_words(const Child& child) const;

  const Deployment& deployment_;
  const Clock& clock_;
  const Pause pause_;
  mutable std::mutex mutex_;  // guards children_ against snapshot()
  std::vector<Child> children_;
  std::vector<Ended> ended_;
};

}  // namespace coffer::server
