// Clients of a drill: in each region one that reads, at the region's own endpoint, and one that writes, where the
// primaries are. They go on until they are stopped, whatever happens, and remember what they were told.
// Must never: try again. A failure that a client saw is counted.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cli/deployment.h"
#include "cli/drill_report.h"

namespace coffer::cli {

class DrillTraffic {
 public:
  struct Parts {
    std::vector<std::string> regions;
    std::vector<std::string> names;    // of secrets that each region has; at least as many as regions
    std::string primary_region;        // where writes go at first
    Duration write_every{};            // at least, of each client
    std::function<Deployment()> make;  // for each thread
    const Clock& clock;
    Random& random;  // thread-safe
  };
  // Of the two clients of a region, at most.
  static int64_t calls_per_second(Duration write_every);

  explicit DrillTraffic(Parts parts);
  ~DrillTraffic() { stop(); }

  void start();
  void ask_to_stop();
  void stop();  // waits for calls under way; idempotent

  // From their next write on. Any thread.
  void send_writes_to(const std::string& region);

  // After stop().
  std::vector<DrillClient> clients() const { return clients_; }
  std::vector<DrillWrite> writes() const { return writes_; }

 private:
  void read_on(const std::stop_token& stop, DrillClient& client);
  void write_on(const std::stop_token& stop, DrillClient& client, const std::vector<std::string>& names);
  // False once they are stopped.
  bool rest(const std::stop_token& stop, Duration time);
  std::string primary_region() const;

  const Parts parts_;
  mutable std::mutex mutex_;  // guards what follows, but each client's reads and writes are counted by one thread
  std::condition_variable_any stopping_;
  std::string primary_region_;
  std::vector<DrillWrite> writes_;
  std::vector<DrillClient> clients_;
  std::vector<std::jthread> threads_;
};

}  // namespace coffer::cli
