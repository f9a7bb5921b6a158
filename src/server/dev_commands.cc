#include "server/dev_commands.h"

#include <cstdio>
#include <vector>

#include "cli/text_layout.h"
#include "server/config.h"
#include "server/exit_codes.h"
#include "wire/json.h"

namespace coffer::server {
namespace {

constexpr Duration kCommandTimeout = std::chrono::seconds(180);  // a region that starts replays its log
constexpr Duration kStatusTimeout = std::chrono::seconds(3);

// One region as the supervisor sees it, and as it describes itself if it runs.
struct RegionReport {
  const wire::Value* supervised;
  wire::Document own;
  bool answers = false;
};

void write_status_json(const wire::Value& control, std::span<const std::unique_ptr<RegionReport>> reports,
                       SecretBuffer& text) {
  wire::JsonEncoder out(text);
  out.begin_object();
  for (const wire::Member& member : control.as_object()) {
    if (member.name == "regions") continue;
    out.key(member.name);
    write_value(member.value, out);
  }
  out.key("regions");
  out.begin_list();
  for (const auto& report : reports) {
    out.begin_object();
    for (const wire::Member& member : report->supervised->as_object()) {
      out.key(member.name);
      write_value(member.value, out);
    }
    for (std::string_view name : {"version", "revision", "home", "epoch", "links"}) {
      const wire::Value* value = report->answers ? report->own.root().find(name) : nullptr;
      if (value == nullptr) continue;
      out.key(name);
      write_value(*value, out);
    }
    out.end_object();
  }
  out.end_list();
  out.end_object();
}

std::string seconds_text(int64_t milliseconds) {
  return std::to_string(milliseconds / 1000) + "." + std::to_string(milliseconds / 100 % 10) + " s";
}

// "in sync", or how much waits for other regions.
std::string summary(std::span<const wire::Value> links) {
  int64_t waiting = 0;
  bool failing = false;
  for (const wire::Value& link : links) {
    waiting += integer_member(link, "dirty");
    failing = failing || !text_member(link, "last_error").empty();
  }
  if (waiting > 0) return cli::counted(waiting, "change") + " waiting";
  return failing ? "nothing waiting" : "in sync";
}

void print_region(const RegionReport& report) {
  const wire::Value& region = *report.supervised;
  const int64_t pid = integer_member(region, "pid");
  const wire::Value* list = report.answers ? report.own.root().find("links") : nullptr;
  std::span<const wire::Value> links;
  if (list != nullptr && list->kind() == wire::Kind::kList) links = list->as_list();
  const std::string state(pid != 0 && !report.answers ? "silent" : text_member(region, "state"));
  std::printf("%-18s %-8s %8s  %-24s %s\n", std::string(text_member(region, "region")).c_str(), state.c_str(),
              pid == 0 ? "-" : std::to_string(pid).c_str(), std::string(text_member(region, "endpoint")).c_str(),
              report.answers ? summary(links).c_str() : "-");
  for (const wire::Value& link : links) {
    const int64_t dirty = integer_member(link, "dirty");
    const std::string error(text_member(link, "last_error"));
    if (dirty == 0 && error.empty()) continue;
    const std::string waiting = dirty == 0 ? "nothing waiting"
                                           : std::to_string(dirty) + " waiting, oldest for " +
                                                 seconds_text(integer_member(link, "lag_milliseconds"));
    std::printf("  to %-15s %s%s%s\n", std::string(text_member(link, "destination")).c_str(), waiting.c_str(),
                error.empty() ? "" : ": ", error.c_str());
  }
}

void print_status_table(const wire::Value& control, std::span<const std::unique_ptr<RegionReport>> reports) {
  std::string home;
  int64_t epoch = 0;
  for (const auto& report : reports) {
    if (!report->answers || integer_member(report->own.root(), "epoch") <= epoch) continue;
    epoch = integer_member(report->own.root(), "epoch");
    home = text_member(report->own.root(), "home");
  }
  std::printf("endpoint %s   account %s   home of identities %s\n\n",
              std::string(text_member(control, "endpoint")).c_str(),
              std::string(text_member(control, "account")).c_str(), home.empty() ? "-" : home.c_str());
  std::printf("%-18s %-8s %8s  %-24s %s\n", "REGION", "STATE", "PID", "ENDPOINT", "REPLICATION TO OTHERS");
  for (const auto& report : reports)
    print_region(*report);
}

}  // namespace

// "is not running" rather than "nobody answers at ...control.sock".
Result<void> call_deployment(const Deployment& deployment, const LocalCall& call, wire::Document& answer) {
  auto done = call_local(deployment.control_socket(), call, answer);
  if (done.ok() || !nobody_answered(done.error())) return done;
  return Error{ErrorCode::kNotFound, "the deployment in " + deployment.directory +
                                         " is not running; start it with: coffer dev --data " +
                                         shell_word(deployment.directory)};
}

int command_region(const std::string& directory, const std::string& region, const std::string& verb) {
  const auto deployment = read_deployment(directory);
  if (!deployment.ok()) return report_failure(deployment.error());
  const auto name = Region::parse(region);
  if (!name || (verb != "add" && !deployment->has(*name))) {
    return report_failure(ExitCode::kUsage, "the deployment in " + deployment->directory + " has no region " + region);
  }
  wire::Document answer;
  const auto done = call_deployment(
      *deployment, {.method = "POST", .target = "/regions/" + region + "/" + verb, .timeout = kCommandTimeout}, answer);
  return done.ok() ? exit_status(ExitCode::kOk) : report_failure(done.error());
}

int show_status(const std::string& directory, OutputForm form) {
  const auto deployment = read_deployment(directory);
  if (!deployment.ok()) return report_failure(deployment.error());
  wire::Document control;
  const auto done = call_deployment(*deployment, {.target = "/status"}, control);
  if (!done.ok()) return report_failure(done.error());
  std::vector<std::unique_ptr<RegionReport>> reports;
  const wire::Value* regions = control.root().find("regions");
  if (regions == nullptr || regions->kind() != wire::Kind::kList) {
    return report_failure(ExitCode::kFailure, "no status from " + deployment->control_socket());
  }
  for (const wire::Value& region : regions->as_list()) {
    auto& report = *reports.emplace_back(std::make_unique<RegionReport>(&region));
    const auto id = Region::parse(text_member(region, "region"));
    if (!id || integer_member(region, "pid") == 0) continue;
    report.answers =
        call_local(deployment->admin_socket(*id), {.target = "/status", .timeout = kStatusTimeout}, report.own).ok();
  }
  if (form == OutputForm::kTable) {
    print_status_table(control.root(), reports);
    return exit_status(ExitCode::kOk);
  }
  SecretBuffer text;
  write_status_json(control.root(), reports, text);
  std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
  return exit_status(ExitCode::kOk);
}

int make_certificates(const std::string& directory, const std::vector<std::string>& regions, const Clock& clock,
                      Random& random) {
  const std::string out = absolute_path(directory);
  auto make = [&]() -> Result<void> {
    COFFER_TRY(make_private_directory(out));
    const CertificateFiles authority{join_path(out, "ca.pem"), join_path(out, "ca.key")};
    COFFER_TRY(ensure_authority(authority, clock, random));
    for (const std::string& name : regions) {
      const auto region = Region::parse(name);
      if (!region) return Error{ErrorCode::kUsage, "\"" + name + "\" is not the name of a region, such as us-east-1"};
      const CertificateFiles link{join_path(out, name + ".pem"), join_path(out, name + ".key")};
      COFFER_TRY(ensure_link_certificate(authority, link, *region, clock, random));
      std::printf("%s %s\n", link.certificate.c_str(), link.private_key.c_str());
    }
    return {};
  };
  const auto made = make();
  return made.ok() ? exit_status(ExitCode::kOk) : report_failure(made.error());
}

}  // namespace coffer::server
