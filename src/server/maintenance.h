// What a region does on its own, without being asked: writes noted accesses every second, erases secrets past their
// recovery window and KMS keys past their date every minute.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "kms/keyring.h"
#include "secrets/secret_store.h"

namespace coffer::server {

// The work without the thread. Not synchronised.
class Chores {
 public:
  Chores(secrets::SecretStore& secrets, kms::Keyring& keyring, const Clock& clock, const Log& log);

  // What is due; to be called every second. The first call erases at once.
  void step();
  void flush();

 private:
  void erase_expired();
  void report(const Result<size_t>& erased, std::string_view some, std::string_view failed) const;

  secrets::SecretStore& secrets_;
  kms::Keyring& keyring_;
  const Clock& clock_;
  const Log& log_;
  Duration next_erase_;
  bool flush_failing_ = false;  // a failing disk is worth one line, not one a second
};

// One thread that does them.
class Maintenance {
 public:
  Maintenance(secrets::SecretStore& secrets, kms::Keyring& keyring, const Clock& clock, const Log& log);
  ~Maintenance();  // stops

  // Writes what is noted a last time and joins. Idempotent.
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
