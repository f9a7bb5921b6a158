#include "server/identity_commands.h"

#include <cstdio>

#include "server/config.h"
#include "server/exit_codes.h"

namespace coffer::server {
namespace {

// Regions that hang are waited for.
constexpr Duration kTimeout = std::chrono::seconds(60);

std::string text_of(const wire::Value& value, std::string_view name) {
  return std::string(text_member(value, name));
}

std::string number_of(const wire::Value& value, std::string_view name) {
  return std::to_string(integer_member(value, name));
}

Result<void> ask(const AdminTarget& target, wire::Document& report) {
  return call_region(target, {.target = "/identity-home", .timeout = kTimeout}, report);
}

// A deployment, of which any region can tell who is home.
bool names_no_region(const AdminTarget& target) {
  return !target.region && target.config.empty() && !path_exists(admin_socket_in(absolute_path(target.data)));
}

// The home, or, while it is down, another region.
Result<void> ask_anybody(const AdminTarget& target, wire::Document& report) {
  const Result<void> asked = ask(target, report);
  if (asked.ok() || asked.error().code != ErrorCode::kNotFound || !names_no_region(target)) return asked;
  const auto deployment = read_deployment(target.data);
  if (!deployment.ok()) return deployment.error();
  for (const Region& region : deployment->regions) {
    AdminTarget other = target;
    other.region = region;
    if (ask(other, report).ok()) return {};
  }
  return asked;
}

bool is_home(const wire::Value& report) {
  return text_member(report, "home") == text_member(report, "region");
}

void print_regions(const wire::Value& report) {
  if (list_member(report, "regions").empty()) return;
  std::printf("\n%-18s %s\n", "REGION", "SAYS");
  for (const wire::Value& region : list_member(report, "regions")) {
    const std::string error = text_of(region, "error");
    std::string says = error.empty() ? text_of(region, "home") + " is home since epoch " + number_of(region, "epoch")
                                     : "no answer: " + error;
    if (region.find("told") != nullptr && !boolean_member(region, "told")) says += " (not told of everything yet)";
    std::printf("%-18s %s\n", text_of(region, "region").c_str(), says.c_str());
  }
}

// How often each was changed: the region with the highest numbers has missed the least.
void print_knowledge(const wire::Value& report) {
  std::printf("\n%-14s %-10s %8s %11s  %s\n", "ACCOUNT", "STATUS", "ACCOUNT", "IDENTITIES", "NAME");
  for (const wire::Value& account : list_member(report, "accounts")) {
    const wire::Value* generations = account.find("generations");
    const auto generation = [generations](std::string_view kind) {
      return generations != nullptr ? number_of(*generations, kind) : std::string("0");
    };
    std::printf("%-14s %-10s %8s %11s  %s\n", text_of(account, "AccountId").c_str(), text_of(account, "Status").c_str(),
                generation("account").c_str(), generation("identities").c_str(), text_of(account, "Name").c_str());
  }
  for (const wire::Value& other : list_member(report, "others")) {
    std::printf("%-25s %8s  %s\n", text_of(other, "kind").c_str(), number_of(other, "generation").c_str(),
                text_of(other, "name").c_str());
  }
}

void print_report(const wire::Value& report) {
  std::printf("home of identities: %s since epoch %s (configured: %s), says %s\n", text_of(report, "home").c_str(),
              number_of(report, "epoch").c_str(), text_of(report, "configured").c_str(),
              text_of(report, "region").c_str());
  if (boolean_member(report, "forgotten")) std::printf("\n%s\n", text_of(report, "objection").c_str());
  print_regions(report);
  print_knowledge(report);
}

std::string question_about(const wire::Value& report) {
  const std::string here = text_of(report, "region");
  const std::string lost = is_home(report)
                               ? "What other regions know beyond its own accounts and identities"
                               : "Changes that " + here + " has not received from " + text_of(report, "home");
  return "\n" + lost + " will be lost. Make " + here + " home of identities?";
}

}  // namespace

int show_home(const AdminTarget& target, OutputForm form) {
  wire::Document report;
  const Result<void> asked = ask_anybody(target, report);
  if (!asked.ok()) return report_failure(asked.error());
  if (form == OutputForm::kJson) return print_json(report.root());
  print_report(report.root());
  return exit_status(ExitCode::kOk);
}

int adopt_home(const AdoptionRequest& request) {
  if (names_no_region(request.target) && read_deployment(request.target.data).ok()) {
    return report_failure(ExitCode::kUsage, "--region names the region of the deployment that is to become home");
  }
  wire::Document found;
  const Result<void> asked = ask(request.target, found);
  if (!asked.ok()) return report_failure(asked.error());
  const wire::Value& report = found.root();
  if (request.form == OutputForm::kTable) print_report(report);
  std::fflush(stdout);
  const bool is_forced = request.force == Force::kYes;
  const std::string objection = text_of(report, "objection");
  if (!is_forced && !objection.empty()) return report_failure(ExitCode::kFailure, objection);
  if (is_forced || !is_home(report)) {
    const Result<void> confirmed = confirm(question_about(report), request.consent);
    if (!confirmed.ok()) return report_failure(confirmed.error());
  }
  wire::Document answer;
  const Result<void> adopted = call_region(request.target,
                                           {.method = "POST",
                                            .target = "/identity-home/adopt",
                                            .body = is_forced ? R"({"force":true})" : R"({"force":false})",
                                            .timeout = kTimeout},
                                           answer);
  if (!adopted.ok()) return report_failure(adopted.error());
  if (request.form == OutputForm::kJson) return print_json(answer.root());
  std::printf("\n%s\n", text_of(answer.root(), "message").c_str());
  return exit_status(ExitCode::kOk);
}

}  // namespace coffer::server
