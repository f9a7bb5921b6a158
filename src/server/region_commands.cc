#include "server/region_commands.h"

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "cli/failover_command.h"
#include "cli/rejoin_command.h"
#include "cli/status_command.h"
#include "server/exit_codes.h"

namespace coffer::server {
namespace {

// For regions that are to follow what was promoted.
constexpr Duration kRetryInterval = std::chrono::milliseconds(500);
constexpr Duration kPatience = std::chrono::seconds(30);

cli::Deployment::Connect connect_as(const RegionCommand& command, const Clock& clock) {
  return cli::connect_by({.endpoint = command.endpoint, .region = command.region}, std::getenv, clock);
}

// A region that does not answer does not run.
int report(const Error& error) {
  const bool is_silent = error.code == ErrorCode::kServiceUnavailable;
  return is_silent ? report_failure(ExitCode::kNotRunning, error.message) : report_failure(error);
}

int print_outcome(const Result<cli::Outcome>& outcome) {
  if (!outcome.ok()) {
    // Another region answering is no port that is in use.
    const bool is_conflict = outcome.error().code == ErrorCode::kConflict;
    return is_conflict ? report_failure(ExitCode::kFailure, outcome.error().message) : report(outcome.error());
  }
  const int printed = print_answer(outcome->text);
  return outcome->failed == 0 ? printed : exit_status(ExitCode::kFailure);
}

cli::Confirm confirm_as(const RegionCommand& command) {
  return [&command](const std::string& question) { return confirm(question, command.consent); };
}

// The plan. JSON is for a program, but a person who is asked must see what it is about.
cli::Show show_as(const RegionCommand& command) {
  return [&command](const std::string& text) {
    if (command.form == cli::Form::kText) {
      (void)print_text(text);
    } else if (command.consent == Consent::kAsk && !command.is_dry_run) {
      (void)std::fputs(text.c_str(), stderr);
    }
  };
}

}  // namespace

int show_regions(const RegionCommand& command, const Clock& clock) {
  cli::Deployment deployment(connect_as(command, clock));
  const Result<std::string> text = cli::show_status(command.region, command.form, deployment);
  return text.ok() ? print_answer(*text) : report(text.error());
}

int fail_over_region(const RegionCommand& command, const Clock& clock) {
  cli::FailoverRequest request{.from = command.from,
                               .to = command.to,
                               .filter = {},
                               .is_dry_run = command.is_dry_run,
                               .is_forced = command.is_forced,
                               .form = command.form};
  request.filter.name_prefix = command.prefix;
  const size_t equals = command.tag.find('=');
  request.filter.tag_key = command.tag.substr(0, equals);
  if (equals != command.tag.npos) request.filter.tag_value = command.tag.substr(equals + 1);
  const auto make = [&] { return cli::Deployment(connect_as(command, clock)); };
  return print_outcome(cli::fail_over(request, make, show_as(command), confirm_as(command)));
}

int rejoin_region(const RegionCommand& command, const Clock& clock) {
  const cli::RejoinRequest request{.region = command.region,
                                   .secret = command.secret,
                                   .prefix = command.prefix,
                                   .is_dry_run = command.is_dry_run,
                                   .form = command.form};
  const auto make = [&] { return cli::Deployment(connect_as(command, clock)); };
  const Duration begin = clock.monotonic();
  const auto wait = [&clock, begin] {
    std::this_thread::sleep_for(kRetryInterval);
    return clock.monotonic() - begin < kPatience;
  };
  const cli::Show shown = show_as(command);
  return print_outcome(cli::rejoin(request, make, {.show = shown, .confirm = confirm_as(command), .wait = wait}));
}

}  // namespace coffer::server
