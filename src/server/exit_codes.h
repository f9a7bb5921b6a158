// What the exit status of `coffer` says. docs/configuration.md lists the same table for operators.
#pragma once

#include <string_view>

#include "base/result.h"

namespace coffer::server {

enum class ExitCode : int {
  kOk = 0,
  kFailure = 1,       // something failed at run time
  kUsage = 2,         // command line or configuration
  kCannotListen = 3,  // a port is in use or may not be used
  kData = 4,          // data directory: damaged, foreign, wrong permissions, in use, disk full
  kSealed = 5,        // root key missing, unreadable or not the one of this data
  kNotRunning = 6,    // nothing answers where a server should be
};

constexpr int exit_status(ExitCode code) {
  return static_cast<int>(code);
}

// Prints "coffer: MESSAGE" as one line on standard error and returns the exit status.
int report_failure(ExitCode code, std::string_view message);

// For errors that are not tied to a stage of starting up.
constexpr ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUsage:
      return ExitCode::kUsage;
    case ErrorCode::kConflict:
      return ExitCode::kCannotListen;
    case ErrorCode::kCorrupt:
    case ErrorCode::kPermission:
      return ExitCode::kData;
    case ErrorCode::kSealed:
      return ExitCode::kSealed;
    case ErrorCode::kNotFound:
      return ExitCode::kNotRunning;
    default:
      return ExitCode::kFailure;
  }
}

inline int report_failure(const Error& error) {
  return report_failure(exit_code_of(error.code), error.message);
}

}  // namespace coffer::server
