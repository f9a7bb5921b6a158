// Up to when everything that was committed for a region has been delivered, from what stands in its outbox. Marks carry
// no time: one that was not there at one look and is at the next was written in between, and is taken for as old as
// that allows. Of marks that a look finds first of all nobody knows how old they are. Promises: never a later time than
// is true. One thread; no clock of its own.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coffer::replication {

class Undelivered {
 public:
  // `keys`: of all marks that were there at some time from `begun` on. Everything committed before the time that is
  // returned has been delivered; nullopt: not known.
  std::optional<std::chrono::microseconds> look(std::chrono::microseconds begun, const std::vector<std::string>& keys);

  // What the mark stood for was read after the last look, and has arrived. A mark that is there again is a new one.
  void delivered(const std::string& key) { since_.erase(key); }

  // Begins afresh: there may be marks for what the region had once and has lost, and they are as old as that.
  void forget();

 private:
  using Since = std::optional<std::chrono::microseconds>;  // not before; nullopt: not known

  std::map<std::string, Since> since_;
  Since last_look_;
};

}  // namespace coffer::replication
