// What a region does on its own, without being asked: a list of chores, each due again and again.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"

namespace coffer::server {

struct Chore {
  Duration every;
  std::function<Result<size_t>()> run;  // how many things it has done
  std::string_view done;                // the log's event when it has done some; empty: that is not worth a line
  std::string_view failed;              // the log's event
  bool is_last_at_stop = false;         // whether it runs once more when the region stops
};

// The work without the thread. Not synchronised.
class Chores {
 public:
  Chores(std::vector<Chore> chores, const Clock& clock, const Log& log);

  // What is due; to be called every second. The first call does everything.
  void step();
  // Once more, whatever is wanted at the end.
  void finish();

 private:
  struct Entry {
    Chore chore;
    Duration next;
    bool failing = false;  // what fails every second is worth one line; what fails every minute, one a minute
  };
  void run(Entry& entry);

  std::vector<Entry> entries_;
  const Clock& clock_;
  const Log& log_;
};

// One thread that does them, from start() on.
class Maintenance {
 public:
  Maintenance(std::vector<Chore> chores, const Clock& clock, const Log& log);
  ~Maintenance();  // stops

  void start();
  // Does what is wanted at the end, and joins; nothing unless it was started. Idempotent.
  void stop();

 private:
  void run();

  Chores chores_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace coffer::server
