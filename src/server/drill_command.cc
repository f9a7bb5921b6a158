#include "server/drill_command.h"

#include <algorithm>
#include <cstdio>

#include "cli/drill.h"
#include "cli/drill_plan.h"
#include "cli/drill_secrets.h"
#include "cli/text_layout.h"
#include "server/deployment_access.h"
#include "server/exit_codes.h"
#include "server/files.h"
#include "server/interrupt.h"
#include "server/own_deployment.h"
#include "server/present_drill.h"

namespace coffer::server {
namespace {

constexpr Duration kOwnWriteEvery = std::chrono::milliseconds(50);

// Standard output is for the report.
const cli::Show kShow = [](const std::string& text) { std::fputs(("drill: " + text).c_str(), stderr); };

struct Context {
  const Interrupt& interrupt;
  const Clock& clock;
  Random& random;
};

// A report that cannot be written is not lost: it is on standard output, too, or in the file.
int print_report(const DrillCommand& command, const cli::DrillReport& report) {
  const std::string text = cli::drill_text(report, command.form);
  int status = exit_status(report.is_good() ? ExitCode::kOk : ExitCode::kFailure);
  if (!command.report.empty()) {
    const Result<void> written = write_private_file(absolute_path(command.report), text);
    if (!written.ok()) status = report_failure(ExitCode::kFailure, written.error().message);
  }
  const int printed = print_answer(text);
  return printed == exit_status(ExitCode::kOk) ? status : printed;
}

// On a deployment of its own.

Result<cli::DrillRequest> request_of(const DrillCommand& command) {
  cli::DrillRequest request{.lose = command.lose,
                            .regions = command.regions,
                            .prefix = "drill/",
                            .secrets = command.secrets,
                            .period = command.period,
                            .write_every = kOwnWriteEvery};
  if (request.regions.empty()) {
    for (const Region& region : default_regions())
      request.regions.push_back(region.text());
  }
  COFFER_TRY(cli::check_drill(request));
  return request;
}

Result<cli::DrillReport> hold_on(const OwnDeployment& deployment, const cli::DrillRequest& request,
                                 const Context& context) {
  const auto pause = [&context](Duration time, cli::Heed heed) -> Result<void> {
    if (context.interrupt.pause(time, heed)) return {};
    return Error{ErrorCode::kAborted, "asked to stop"};
  };
  const cli::DrillGround ground{
      .cut = [&](const std::string& region) { return deployment.command(*Region::parse(region), "kill"); },
      .heal = [&](const std::string& region, cli::Heed) { return deployment.command(*Region::parse(region), "start"); },
      .pause = pause};
  const auto is_given_up = context.interrupt.asker(cli::Heed::kFirst);
  COFFER_ASSIGN(const DeploymentAccess access, DeploymentAccess::open(deployment.files(), is_given_up));
  const auto connect = access.connect(context.clock, is_given_up);
  return cli::hold_drill(request, {.ground = ground,
                                   .make = [&connect] { return cli::Deployment(connect); },
                                   .tidying = nullptr,
                                   .show = kShow,
                                   .clock = context.clock,
                                   .random = context.random});
}

// The deployment is removed when it returns.
Result<cli::DrillReport> hold_on_own(const cli::DrillRequest& request, const Context& context) {
  kShow("starting a deployment\n");
  std::vector<Region> regions;
  for (const std::string& region : request.regions)
    regions.push_back(*Region::parse(region));
  COFFER_ASSIGN(
      const auto deployment,
      OwnDeployment::start(
          {.regions = regions, .interrupt = context.interrupt, .clock = context.clock, .random = context.random}));
  return hold_on(*deployment, request, context);
}

int run_on_own(const DrillCommand& command, const Context& context) {
  const Result<cli::DrillRequest> request = request_of(command);
  if (!request.ok()) return report_failure(request.error());
  const Result<cli::DrillReport> report = hold_on_own(*request, context);
  const auto stopped = [] {
    return report_failure(ExitCode::kFailure, "the drill was stopped, and its deployment removed");
  };
  if (!report.ok()) return context.interrupt.is_asked(cli::Heed::kFirst) ? stopped() : report_failure(report.error());
  const int status = print_report(command, *report);
  if (!report->error) return status;
  if (context.interrupt.is_asked(cli::Heed::kFirst)) return stopped();
  return report_failure(ExitCode::kFailure, "the drill did not come to its end: " + *report->error);
}

// On a deployment that runs.

// A region that does not answer does not run.
int report_of_region(const Error& error) {
  return error.code == ErrorCode::kServiceUnavailable ? report_failure(ExitCode::kNotRunning, error.message)
                                                      : report_failure(error);
}

int run_on_present(const DrillCommand& command, const Context& context) {
  const auto drill = PresentDrill::open({.command = command,
                                         .interrupt = context.interrupt,
                                         .clock = context.clock,
                                         .random = context.random,
                                         .show = kShow});
  if (!drill.ok()) return report_failure(drill.error());
  const Result<cli::DrillPlan> plan = (*drill)->plan();
  if (!plan.ok()) return report_of_region(plan.error());
  if (command.is_dry_run) return print_answer(cli::drill_plan_text(*plan, command.form));
  std::fputs(cli::drill_plan_text(*plan, cli::Form::kText).c_str(), stderr);
  const Result<void> agreed =
      confirm("\nCut " + command.lose + " off?", command.consent, context.interrupt.asker(cli::Heed::kFirst));
  if (!agreed.ok()) return report_failure(agreed.error());
  const cli::DrillReport report = (*drill)->hold();
  const int status = print_report(command, report);
  if (report.not_healed || !report.left_behind.empty())
    return report_failure(ExitCode::kFailure, "the drill could not clean up everything; the report says what is left");
  if (!report.error) return status;
  return report_failure(ExitCode::kFailure, "the drill did not come to its end: " + *report.error + "; " +
                                                command.lose + " is there, and the drill's secrets are deleted");
}

// Of drills that were killed.

int clean_up_present(const DrillCommand& command, const Context& context) {
  const auto drill = PresentDrill::open({.command = command,
                                         .interrupt = context.interrupt,
                                         .clock = context.clock,
                                         .random = context.random,
                                         .show = kShow});
  if (!drill.ok()) return report_failure(drill.error());
  const std::string region = (*drill)->left_cut_off();
  if (!region.empty() && command.is_dry_run) {
    return print_answer("A drill has left " + region +
                        " cut off. It would be healed first; what else is left is seen then.\n");
  }
  if (!region.empty()) {
    kShow("healing " + region + "\n");
    const Result<void> healed = (*drill)->heal_left();
    if (!healed.ok()) return report_failure(healed.error());
  }
  const auto found = (*drill)->find_left();
  if (!found.ok()) return report_of_region(found.error());
  const std::vector<std::string>& names = found->names;
  std::string list;
  for (const std::string& name : names)
    list += name + "\n";
  if (names.empty() || command.is_dry_run) {
    const int printed =
        print_answer(list + cli::counted(names.size(), "secret of drills is", "secrets of drills are") + " there.\n");
    if (found->unknown_regions.empty()) return printed;
    return report_failure(ExitCode::kFailure, found->unknown_regions.front() + " cannot be asked, and may have more");
  }
  std::fputs(list.c_str(), stderr);
  const Result<void> agreed =
      confirm("\nDelete " + cli::counted(names.size(), "secret") +
                  " in all regions, without recovery? A drill that is being held now would break.",
              command.consent, context.interrupt.asker(cli::Heed::kFirst));
  if (!agreed.ok()) return report_failure(agreed.error());
  const std::vector<cli::DrillLeftover> left = (*drill)->delete_left();
  for (const cli::DrillLeftover& one : left)
    std::fputs(("LEFT BEHIND: " + one.name + " in " + one.region + ": " + one.reason + "\n").c_str(), stderr);
  std::vector<std::string> commands = (*drill)->credentials_commands();
  std::ranges::move(
      cli::commands_to_delete(left, [&drill](const std::string& region) { return (*drill)->url_of(region); }),
      std::back_inserter(commands));
  for (const std::string& line : commands)
    std::fputs(("  " + line + "\n").c_str(), stderr);
  if (!left.empty()) return report_failure(ExitCode::kFailure, "not everything could be deleted");
  return print_answer(cli::counted(names.size(), "secret") + " deleted.\n");
}

int clean_up(const DrillCommand& command, const Context& context) {
  if (command.is_present) return clean_up_present(command, context);
  const size_t removed = OwnDeployment::remove_stale(context.clock);
  return print_answer(
      cli::counted(removed, "deployment of a drill that was killed is", "deployments of drills that were killed are") +
      " removed.\n");
}

}  // namespace

int run_drill(const DrillCommand& command, Signals signals, const Clock& clock, Random& random) {
  const Interrupt interrupt(std::move(signals));
  const Context context{.interrupt = interrupt, .clock = clock, .random = random};
  if (command.is_clean_up) return clean_up(command, context);
  if (command.lose.empty()) return report_failure(ExitCode::kUsage, "--lose names the region that is lost");
  return command.is_present ? run_on_present(command, context) : run_on_own(command, context);
}

}  // namespace coffer::server
