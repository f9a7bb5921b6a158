#include "server/region_commands.h"

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "cli/failover_command.h"
#include "cli/fill_command.h"
#include "cli/region_change_command.h"
#include "cli/rejoin_command.h"
#include "cli/status_command.h"
#include "server/exit_codes.h"

namespace coffer::server {
namespace {

// For regions that are to follow what was promoted.
constexpr Duration kRetryInterval = std::chrono::milliseconds(500);
constexpr Duration kPatience = std::chrono::seconds(30);

cli::Deployment::Connect connect_as(const RegionCommand& command, const Clock& clock) {
  return cli::connect_by({.endpoint = command.endpoint, .region = {}}, std::getenv, clock);
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

cli::CopyFilter filter_of(const RegionCommand& command) {
  cli::CopyFilter filter;
  filter.name = command.secret;
  filter.name_prefix = command.prefix;
  const size_t equals = command.tag.find('=');
  filter.tag_key = command.tag.substr(0, equals);
  if (equals != command.tag.npos) filter.tag_value = command.tag.substr(equals + 1);
  return filter;
}

cli::RegionChange change_of(const RegionCommand& command) {
  return {.ask = command.ask,
          .region = command.region,
          .host = {},
          .port = 0,
          .is_lost = command.is_lost,
          .is_dry_run = command.is_dry_run,
          .is_forced = command.is_forced,
          .form = command.form};
}

// The last colon counts: an address of IPv6 has more of them.
Result<void> take_link(const std::string& link, cli::RegionChange& change) {
  const size_t colon = link.rfind(':');
  const char* const end = link.data() + link.size();
  if (colon != link.npos && colon > 0) {
    change.host = link.substr(0, colon);
    const auto [rest, error] = std::from_chars(link.data() + colon + 1, end, change.port);
    if (error == std::errc() && rest == end && change.port > 0 && change.port <= 65535) return {};
  }
  return Error{ErrorCode::kUsage, "--link is where the region's [link] listens, HOST:PORT, not '" + link + "'"};
}

// On one line of a terminal, or a line now and then.
class Progress {
 public:
  explicit Progress(const Clock& clock) : clock_(clock), is_terminal_(::isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (has_shown_ && is_terminal_) (void)std::fputs("\n", stderr);
  }

  void show(const std::string& text) {
    const std::lock_guard lock(mutex_);
    const Duration now = clock_.monotonic();
    if (has_shown_ && now - shown_ < (is_terminal_ ? kOnTerminal : kElsewhere)) return;
    shown_ = now;
    has_shown_ = true;
    (void)std::fprintf(stderr, is_terminal_ ? "\r%-79s" : "%s\n", text.c_str());
    (void)std::fflush(stderr);
  }

 private:
  static constexpr Duration kOnTerminal = std::chrono::milliseconds(100);
  static constexpr Duration kElsewhere = std::chrono::seconds(1);
  const Clock& clock_;
  const bool is_terminal_;
  std::mutex mutex_;
  bool has_shown_ = false;
  Duration shown_{};
};

}  // namespace

int add_region(const RegionCommand& command, const Clock& clock) {
  cli::RegionChange change = change_of(command);
  const Result<void> link = take_link(command.link, change);
  if (!link.ok()) return report_failure(link.error());
  const auto make = [&] { return cli::Deployment(connect_as(command, clock)); };
  return print_outcome(cli::add_region(change, make, show_as(command), confirm_as(command)));
}

int remove_region(const RegionCommand& command, const Clock& clock) {
  const auto make = [&] { return cli::Deployment(connect_as(command, clock)); };
  return print_outcome(cli::remove_region(change_of(command), make, show_as(command), confirm_as(command)));
}

int fill_region(const RegionCommand& command, const Clock& clock) {
  const cli::FillRequest request{.ask = command.ask,
                                 .region = command.region,
                                 .from = command.from,
                                 .filter = filter_of(command),
                                 .kms_key_id = command.kms_key_id,
                                 .per_second = command.per_second,
                                 .waits = command.waits,
                                 .is_dry_run = command.is_dry_run,
                                 .form = command.form};
  const auto make = [&] { return cli::Deployment(connect_as(command, clock)); };
  const cli::Show shown = show_as(command);
  const cli::Confirm confirmed = confirm_as(command);
  Result<cli::Outcome> outcome = Error{ErrorCode::kAborted, "not begun"};
  {
    Progress progress(clock);
    outcome = cli::fill_region(request, make,
                               {.show = shown,
                                .confirm = confirmed,
                                .now = [&clock] { return clock.monotonic(); },
                                .pause = [](Duration time) { std::this_thread::sleep_for(time); },
                                .progress = [&progress](const std::string& text) { progress.show(text); }});
  }
  return print_outcome(outcome);
}

int show_regions(const RegionCommand& command, const Clock& clock) {
  const auto make = [&] { return cli::Deployment(connect_as(command, clock)); };
  const Result<std::string> text = cli::show_status(command.region, command.form, make);
  return text.ok() ? print_answer(*text) : report(text.error());
}

int fail_over_region(const RegionCommand& command, const Clock& clock) {
  const cli::FailoverRequest request{.from = command.from,
                                     .to = command.to,
                                     .filter = filter_of(command),
                                     .is_dry_run = command.is_dry_run,
                                     .is_forced = command.is_forced,
                                     .form = command.form};
  const auto make = [&] { return cli::Deployment(connect_as(command, clock)); };
  return print_outcome(cli::fail_over(request, make, clock, show_as(command), confirm_as(command)));
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
