#include "server/drill_switch.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "server/dev_commands.h"
#include "server/json_door.h"
#include "server/shell_command.h"
#include "server/terminal.h"

namespace coffer::server {
namespace {

constexpr Duration kRegionTimeout = std::chrono::seconds(180);  // a region that starts replays its log
constexpr Duration kCommandTimeout = std::chrono::minutes(10);

std::string note_file(const Deployment& deployment) {
  return join_path(deployment.directory, "drill.cut");
}

Result<void> command(const Deployment& deployment, const std::string& region, const char* verb,
                     std::function<bool()> is_given_up) {
  const std::string target = "/regions/" + region + "/" + verb;
  wire::Document answer;
  return call_deployment(
      deployment,
      {.method = "POST", .target = target, .timeout = kRegionTimeout, .is_given_up = std::move(is_given_up)}, answer);
}

bool runs(const Deployment& deployment, const std::string& region) {
  wire::Document answer;
  if (!call_deployment(deployment, {.target = "/status"}, answer).ok()) return false;
  for (const wire::Value& one : list_member(answer.root(), "regions")) {
    if (text_member(one, "region") == region) return integer_member(one, "pid") != 0;
  }
  return false;
}

}  // namespace

DrillSwitch switch_of(const Deployment& deployment, const Interrupt& interrupt) {
  const auto cut = [deployment, &interrupt](const std::string& region) -> Result<void> {
    COFFER_TRY(write_private_file(note_file(deployment), region + "\n"));
    return command(deployment, region, "kill", interrupt.asker(cli::Heed::kFirst));
  };
  const auto heal = [deployment, &interrupt](const std::string& region, cli::Heed heed) -> Result<void> {
    const Result<void> started = command(deployment, region, "start", interrupt.asker(heed));
    // It may be that nobody has stopped it yet, or that it is started already.
    if (!started.ok() && (started.error().code == ErrorCode::kAborted || !runs(deployment, region))) {
      return Error{started.error().code,
                   started.error().message + "; start it with: " + start_command(deployment, *Region::parse(region))};
    }
    if (::unlink(note_file(deployment).c_str()) == 0 || errno == ENOENT) return {};
    return Error{ErrorCode::kIo, "cannot remove " + note_file(deployment) + ": " + errno_text(errno)};
  };
  return {.how = "coffer dev kills its process, and starts it again", .cut = cut, .heal = heal};
}

std::string region_left_cut_off(const Deployment& deployment) {
  const Result<std::string> note = read_text_file(note_file(deployment));
  if (!note.ok()) return {};
  return note->substr(0, note->find('\n'));
}

std::string drill_lock_file(const Deployment& deployment) {
  return join_path(deployment.directory, "drill.lock");
}

DrillSwitch switch_by_commands(const std::string& cut, const std::string& heal, const Interrupt& interrupt,
                               const Clock& clock) {
  const auto run = [&interrupt, &clock](const std::string& text, const std::string& region, cli::Heed heed) {
    return run_shell({.text = text,
                      .variables = {"COFFER_DRILL_REGION=" + region},
                      .is_given_up = interrupt.asker(heed),
                      .timeout = kCommandTimeout},
                     clock);
  };
  return {.how = "/bin/sh runs `" + cut + "`, and `" + heal + "` to heal it",
          .cut = [run, cut](const std::string& region) { return run(cut, region, cli::Heed::kFirst); },
          .heal = [run, heal](const std::string& region, cli::Heed heed) { return run(heal, region, heed); }};
}

DrillSwitch switch_by_person(const Interrupt& interrupt) {
  const auto cut = [&interrupt](const std::string& region) {
    return wait_for_enter("drill: cut " + region + " off now, from here and from all other regions",
                          interrupt.asker(cli::Heed::kFirst));
  };
  const auto heal = [&interrupt](const std::string& region, cli::Heed heed) {
    return wait_for_enter("drill: heal " + region + " now", interrupt.asker(heed));
  };
  return {.how = "you do, and heal it, when you are asked to", .cut = cut, .heal = heal};
}

}  // namespace coffer::server
