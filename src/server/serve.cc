#include "server/serve.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/log.h"
#include "server/assembly.h"
#include "server/config.h"
#include "server/exit_codes.h"
#include "server/files.h"
#include "server/version.h"

namespace coffer::server {
namespace {

// Of a failure to open the data: what is not the root key and not the configuration is the data directory.
ExitCode exit_code_of_open(const Error& error) {
  if (error.code == ErrorCode::kUsage) return ExitCode::kUsage;
  if (error.code == ErrorCode::kSealed) return ExitCode::kSealed;
  return ExitCode::kData;
}

int fail(const Log& log, ExitCode code, const Error& error) {
  log.error("start_failed", {{"error", error.message}, {"exit_status", exit_status(code)}});
  return report_failure(code, error.message);
}

Result<int> open_log(const RegionConfig& config) {
  if (config.log_file.empty()) return STDERR_FILENO;
  const int file = ::open(config.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return Error{ErrorCode::kUsage, "cannot write the log " + config.log_file + ": " + errno_text(errno)};
  return file;
}

}  // namespace

int run_serve(const std::string& config_file, const Hardening& hardening, Signals signals, const Clock& clock,
              Random& random) {
  const auto config = load_region_config(config_file);
  if (!config.ok()) return report_failure(config.error());
  const auto log_file = open_log(*config);
  if (!log_file.ok()) return report_failure(log_file.error());
  const Log log(clock, *log_file, config->log_level);
  if (!hardening.memory_locked) {
    log.info("memory_not_locked", {{"hint", "raise the limit of locked memory (memlock) to unlimited"}});
  }

  auto node = RegionNode::open({.config = *config, .clock = clock, .random = random, .log = log});
  if (!node.ok()) return fail(log, exit_code_of_open(node.error()), node.error());
  const auto listening = (*node)->listen();
  if (!listening.ok()) {
    return fail(log, listening.error().code == ErrorCode::kIo ? ExitCode::kCannotListen : ExitCode::kUsage,
                listening.error());
  }
  log.info("region_started", {{"region", config->region.text()},
                              {"version", version()},
                              {"address", config->listen.address},
                              {"port", static_cast<int64_t>(config->listen.port)}});

  while (signals.wait(std::chrono::milliseconds(-1))) {
    if (!signals.take_reload()) continue;
    const auto reloaded = (*node)->reload_tls();
    if (reloaded.ok()) {
      log.info("tls_reloaded");
    } else {
      log.error("tls_not_reloaded", {{"error", reloaded.error().message}});
    }
  }
  log.info("region_stopping");
  (*node)->stop();
  log.info("region_stopped");
  return exit_status(ExitCode::kOk);
}

}  // namespace coffer::server
