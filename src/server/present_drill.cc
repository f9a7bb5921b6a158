#include "server/present_drill.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "cli/drill_secrets.h"
#include "server/dev_commands.h"
#include "server/json_door.h"

namespace coffer::server {
namespace {

// AWS lets an account write fifty times a second, its other clients included.
constexpr Duration kWriteEvery = std::chrono::milliseconds(250);
constexpr Duration kPoll = std::chrono::milliseconds(500);
constexpr Duration kPatience = std::chrono::minutes(1);

}  // namespace

Result<std::unique_ptr<PresentDrill>> PresentDrill::open(const Parts& parts) {
  std::unique_ptr<PresentDrill> drill(new PresentDrill(parts));
  if (!parts.command.data.empty()) {
    COFFER_ASSIGN(const Deployment deployment, read_deployment(parts.command.data));
    COFFER_TRY(drill->take(deployment));
  }
  if (!parts.command.is_clean_up) COFFER_TRY(drill->choose_switch());
  return drill;
}

Result<void> PresentDrill::take(const Deployment& deployment) {
  wire::Document answer;
  COFFER_TRY(call_deployment(deployment,
                             {.target = "/status", .is_given_up = parts_.interrupt.asker(cli::Heed::kFirst)}, answer));
  deployment_ = deployment;
  for (const wire::Value& region : list_member(answer.root(), "regions")) {
    if (integer_member(region, "pid") == 0) stopped_.emplace_back(text_member(region, "region"));
  }
  switch_ = switch_of(deployment, parts_.interrupt);
  if (parts_.command.is_dry_run) return {};
  Result<FileLock> lock = FileLock::acquire(drill_lock_file(deployment));
  if (lock.ok()) {
    lock_.emplace(std::move(*lock));
    return {};
  }
  if (lock.error().code != ErrorCode::kConflict) return lock.error();
  return Error{ErrorCode::kConstraintViolation, "a drill is being held on the deployment in " + deployment.directory};
}

Result<void> PresentDrill::choose_switch() {
  const DrillCommand& command = parts_.command;
  if (deployment_) {
    const std::string left = region_left_cut_off(*deployment_);
    if (left.empty()) return check_all_run();
    return Error{ErrorCode::kConstraintViolation,
                 "a drill that did not end has cut " + left + " off: " + clean_up_command() + " heals it"};
  }
  if (!command.cut_command.empty()) {
    switch_ = switch_by_commands(command.cut_command, command.heal_command, parts_.interrupt, parts_.clock);
    return {};
  }
  switch_ = switch_by_person(parts_.interrupt);
  if (has_terminal() || command.is_dry_run) return {};
  return Error{
      ErrorCode::kUsage,
      "somebody has to cut the region off: --cut-command and --heal-command say how, --data names a deployment "
      "of coffer dev, which does it, and there is no terminal to ask a person on"};
}

Result<void> PresentDrill::check_all_run() const {
  const std::vector<std::string>& drilled = parts_.command.regions;
  for (const std::string& region : stopped_) {
    if (!drilled.empty() && std::ranges::find(drilled, region) == drilled.end()) continue;
    return Error{ErrorCode::kNotFound, region + " does not run, and a drill begins when all do; start it with: " +
                                           start_command(*deployment_, *Region::parse(region))};
  }
  return {};
}

Result<void> PresentDrill::connect() {
  if (!deployment_ || access_) return {};
  COFFER_ASSIGN(DeploymentAccess access,
                DeploymentAccess::open(*deployment_, parts_.interrupt.asker(cli::Heed::kFirst)));
  access_.emplace(std::move(access));
  return {};
}

std::function<cli::Deployment()> PresentDrill::make(cli::Heed heed) const {
  const cli::Deployment::Connect connect =
      access_ ? access_->connect(parts_.clock, parts_.interrupt.asker(heed))
              : cli::connect_by({.endpoint = parts_.command.endpoint, .region = {}}, std::getenv, parts_.clock,
                                parts_.interrupt.asker(heed));
  return [connect] { return cli::Deployment(connect); };
}

Result<cli::DrillPlan> PresentDrill::plan() {
  COFFER_TRY(connect());
  const DrillCommand& command = parts_.command;
  request_ = {.lose = command.lose,
              .regions = command.regions,
              .prefix = cli::new_drill_prefix(parts_.clock.now(), parts_.random),
              .secrets = command.secrets,
              .period = command.period,
              .write_every = kWriteEvery};
  cli::Deployment deployment = make(cli::Heed::kFirst)();
  return cli::plan_drill(request_, switch_.how, deployment);
}

cli::DrillReport PresentDrill::hold() const {
  const Interrupt& interrupt = parts_.interrupt;
  const auto pause = [&interrupt](Duration time, cli::Heed heed) -> Result<void> {
    if (interrupt.pause(time, heed)) return {};
    return Error{ErrorCode::kAborted, "asked to stop"};
  };
  const cli::DrillGround ground{.cut = switch_.cut, .heal = switch_.heal, .pause = pause};
  cli::DrillTidying tidying{.make = make(cli::Heed::kSecond),
                            .commands = credentials_commands(),
                            .url_of = [this](const std::string& region) { return url_of(region); }};
  tidying.commands.insert(tidying.commands.begin(), clean_up_command());
  return cli::hold_drill(request_, {.ground = ground,
                                    .make = make(cli::Heed::kFirst),
                                    .tidying = &tidying,
                                    .show = parts_.show,
                                    .clock = parts_.clock,
                                    .random = parts_.random});
}

std::string PresentDrill::left_cut_off() const {
  return deployment_ ? region_left_cut_off(*deployment_) : std::string();
}

Result<void> PresentDrill::heal_left() {
  return switch_.heal(left_cut_off(), cli::Heed::kFirst);
}

Result<PresentDrill::Left> PresentDrill::find_left() {
  COFFER_TRY(connect());
  cli::Deployment deployment = make(cli::Heed::kFirst)();
  COFFER_ASSIGN(const cli::RegionStatus status, deployment.status(parts_.command.lose));
  regions_ = status.regions;
  Left left;
  std::set<std::string> names;
  for (const std::string& region : regions_) {
    const auto copies = cli::find_drill_copies(deployment, region, std::string(cli::kDrillPrefix));
    if (!copies.ok()) {
      parts_.show(copies.error().message + "\n");
      left.unknown_regions.push_back(region);
      continue;
    }
    for (const cli::Copy& copy : *copies)
      names.insert(copy.name);
  }
  left.names.assign(names.begin(), names.end());
  return left;
}

std::vector<cli::DrillLeftover> PresentDrill::delete_left() const {
  const std::function<cli::Deployment()> maker = make(cli::Heed::kFirst);
  const cli::Wait wait = [this] { return parts_.interrupt.pause(kPoll, cli::Heed::kFirst); };
  return cli::delete_drill_secrets({.regions = regions_,
                                    .prefix = std::string(cli::kDrillPrefix),
                                    .make = maker,
                                    .clock = parts_.clock,
                                    .wait = wait,
                                    .patience = kPatience});
}

std::vector<std::string> PresentDrill::credentials_commands() const {
  if (!deployment_) return {};
  return {". " + shell_word(deployment_->env_file())};
}

std::string PresentDrill::url_of(const std::string& region) const {
  if (deployment_) return deployment_->endpoint();
  const auto settings = client::settings_from({.endpoint = parts_.command.endpoint, .region = region}, std::getenv);
  return settings.ok() ? shell_word(settings->endpoint.url()) : "URL";
}

std::string PresentDrill::clean_up_command() const {
  const DrillCommand& command = parts_.command;
  std::string text = "coffer drill --clean-up --present";
  if (deployment_) text += " --data " + shell_word(deployment_->directory);
  if (!command.endpoint.empty()) text += " --endpoint " + shell_word(command.endpoint);
  return text;
}

}  // namespace coffer::server
