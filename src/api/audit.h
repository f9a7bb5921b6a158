// The audit line: who asked for what, and how it ended. Never a value, a signature or a request body. A request has
// one, and one more for each of its attempts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"

namespace coffer::api {

struct AuditEntry {
  Time time;
  std::string_view request_id;
  std::string_view service;
  std::string_view operation;
  std::string_view resource;       // what the request is about; empty when that was not known
  std::string_view caller_arn;     // empty before authentication
  std::string_view access_key_id;  // as claimed, when the signature failed
  std::string_view source_address;
  std::string_view error;  // empty on success
  int status = 200;
  int64_t microseconds = 0;
  std::string_view forwarded_from{};  // the region where the request arrived, if it is another
  std::string_view forwarded_to{};    // the region that was to answer it, if it is another
};

// Must be quick and must not block: called once per line, on I/O threads. Thread-safe.
class Audit {
 public:
  virtual ~Audit() = default;
  virtual void record(const AuditEntry& entry) = 0;
};

// JSON lines appended to a file (0600) by a background thread, in batches at most 100 ms apart. When the disk does not
// keep up, lines beyond 8 MiB are dropped and counted, and the count is written when it recovers.
// kIo, naming the path, when it cannot be opened. What is pending is written on destruction.
Result<std::unique_ptr<Audit>> make_file_audit(const std::string& path, const Log& log);
// For tests and tools.
std::unique_ptr<Audit> make_null_audit();

}  // namespace coffer::api
