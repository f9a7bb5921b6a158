#include "server/drill_command.h"

#include <algorithm>
#include <cstdio>

#include "cli/drill.h"
#include "net/http_client.h"
#include "server/deployment_files.h"
#include "server/exit_codes.h"
#include "server/files.h"
#include "server/own_deployment.h"

namespace coffer::server {
namespace {

constexpr size_t kMostRegions = 5;  // a secret has at most four replicas, see RegionConfig::Limits

Error usage(std::string message) {
  return {ErrorCode::kUsage, std::move(message)};
}

// Before anything is started.
Result<std::vector<Region>> regions_of(const DrillCommand& command) {
  if (!command.present.empty()) {
    return usage("a drill is held on a deployment of its own, which it makes and removes, and never on " +
                 command.present + "; leave --data and --endpoint out");
  }
  std::vector<Region> regions;
  for (const std::string& name : command.regions) {
    if (std::ranges::count(command.regions, name) > 1) return usage("--regions names " + name + " twice");
    regions.push_back(*Region::parse(name));
  }
  if (regions.empty()) regions = default_regions();
  if (regions.size() < 2 || regions.size() > kMostRegions)
    return usage("a drill takes 2 to " + std::to_string(kMostRegions) + " --regions");
  if (std::ranges::none_of(regions, [&](const Region& region) { return region.text() == command.lose; }))
    return usage("--lose " + command.lose + " is none of the --regions");
  if (command.secrets < regions.size())
    return usage("--secrets must be at least " + std::to_string(regions.size()) +
                 ", one for the writer of each region");
  return regions;
}

Error stopped() {
  return {ErrorCode::kAborted, "the drill was stopped, and its deployment removed"};
}

Result<cli::DrillReport> hold(const DrillCommand& command, const OwnDeployment& deployment, Signals& signals,
                              const Clock& clock, Random& random) {
  cli::DrillRequest request{.lose = command.lose, .regions = {}, .secrets = command.secrets, .period = command.period};
  for (const Region& region : deployment.files().regions)
    request.regions.push_back(region.text());
  const auto do_to = [&deployment](const char* verb) {
    return [&deployment, verb](const std::string& region) { return deployment.command(*Region::parse(region), verb); };
  };
  const auto pause = [&](Duration time) -> Result<void> {
    const Duration end = clock.monotonic() + time;
    for (Duration left = time; left.count() > 0; left = end - clock.monotonic()) {
      if (!signals.wait(left)) return stopped();
    }
    return {};
  };
  const cli::DrillGround ground{.kill = do_to("kill"), .start = do_to("start"), .pause = pause};
  const auto make = [&] {
    return cli::Deployment([&](const std::string& region) -> Result<std::unique_ptr<client::SignedClient>> {
      client::Settings settings = deployment.settings(*Region::parse(region));
      auto http = net::HttpClient::make(client::connection_options(settings));
      return std::make_unique<client::SignedClient>(std::move(settings), std::move(http), clock);
    });
  };
  // Standard output is for the report.
  const cli::Show show = [](const std::string& text) { std::fputs(("drill: " + text).c_str(), stderr); };
  return cli::hold_drill(request, {.ground = ground, .make = make, .show = show, .clock = clock, .random = random});
}

Result<cli::DrillReport> hold_on_own(const DrillCommand& command, const std::vector<Region>& regions, Signals& signals,
                                     const Clock& clock, Random& random) {
  std::fputs("drill: starting a deployment\n", stderr);
  COFFER_ASSIGN(const auto deployment,
                OwnDeployment::start({.regions = regions, .signals = signals, .clock = clock, .random = random}));
  return hold(command, *deployment, signals, clock, random);
}

}  // namespace

int run_drill(const DrillCommand& command, Signals signals, const Clock& clock, Random& random) {
  const auto regions = regions_of(command);
  if (!regions.ok()) return report_failure(regions.error());
  const auto report = hold_on_own(command, *regions, signals, clock, random);
  if (!report.ok()) return report_failure(signals.stop_asked() ? stopped() : report.error());
  const std::string text = cli::drill_text(*report, command.form);
  const bool is_printed = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!is_printed) return report_failure(ExitCode::kFailure, "cannot write the report");
  if (!command.report.empty()) {
    const auto written = write_private_file(absolute_path(command.report), text);
    if (!written.ok()) return report_failure(ExitCode::kFailure, written.error().message);
  }
  return exit_status(report->broken.empty() ? ExitCode::kOk : ExitCode::kFailure);
}

}  // namespace coffer::server
