// The program: command line in, exit status out. What each command does lives in the file named after it.
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "base/clock.h"
#include "cli/explain_command.h"
#include "crypto/system_random.h"
#include "server/account_commands.h"
#include "server/dev_commands.h"
#include "server/dev_deployment.h"
#include "server/drill_command.h"
#include "server/exit_codes.h"
#include "server/identity_commands.h"
#include "server/policy_commands.h"
#include "server/process.h"
#include "server/region_commands.h"
#include "server/serve.h"
#include "server/terminal.h"
#include "server/version.h"

namespace coffer::server {
namespace {

// Everything a command line can say; which of it counts depends on the command.
struct CommandLine {
  std::string config;
  std::string data = "./coffer-data";
  std::string account_data;
  unsigned port = 0;
  std::vector<std::string> regions;
  std::string account;
  std::string region;
  std::string name;
  std::string id;
  std::string out;
  std::string decision;
  std::string endpoint;
  std::string from;
  std::string to;
  std::string prefix;
  std::string tag;
  std::string secret;
  std::string ask;
  std::string link;
  std::string kms_key_id;
  unsigned per_second = 200;
  std::string report;
  std::string cut_command;
  std::string heal_command;
  unsigned secrets = 50;
  unsigned seconds = 5;
  bool throttle = false;
  bool no_throttle = false;
  bool kill = false;
  bool json = false;
  bool force = false;
  bool yes = false;
  bool dry_run = false;
  bool all = false;
  bool present = false;
  bool clean_up = false;
  bool lost = false;
  bool no_wait = false;
};

const CLI::Validator kRegion(
    [](std::string& text) {
      return Region::parse(text) ? std::string() : "'" + text + "' is not the name of a region, such as us-east-1";
    },
    "REGION");
const CLI::Validator kAccountId(
    [](std::string& text) { return AccountId::parse(text) ? std::string() : "'" + text + "' is not 12 digits"; },
    "12 DIGITS");

// What is left of a script's variable that is not set does not mean everything.
const CLI::Validator kNotEmpty(
    [](std::string& text) {
      return text.empty() || text.starts_with("=") ? std::string("it may not be empty") : std::string();
    },
    "TEXT");

void add_data(CLI::App* command, CommandLine& line) {
  command->add_option("--data", line.data, "Directory of the deployment")->capture_default_str();
}

void add_target(CLI::App* command, CommandLine& line) {
  auto* data =
      command->add_option("--data", line.account_data, "Directory of a deployment, or data directory of a region");
  command->add_option("--config", line.config, "Configuration of the region, instead of --data")->excludes(data);
}

AdminTarget target_of(const CommandLine& line) {
  return {.data = line.account_data.empty() ? line.data : line.account_data,
          .config = line.config,
          .region = Region::parse(line.region)};
}

Consent consent_of(const CommandLine& line) {
  return line.yes ? Consent::kYes : Consent::kAsk;
}

OutputForm form_of(const CommandLine& line) {
  return line.json ? OutputForm::kJson : OutputForm::kTable;
}

AdoptionRequest adoption_of(const CommandLine& line) {
  return {.target = target_of(line),
          .force = line.force ? Force::kYes : Force::kNo,
          .consent = consent_of(line),
          .form = form_of(line)};
}

DeploymentRequest request_of(const CommandLine& line) {
  DeploymentRequest request{.directory = line.data};
  if (line.throttle || line.no_throttle) request.throttles = line.throttle;
  if (line.port != 0) request.port = static_cast<uint16_t>(line.port);
  if (!line.account.empty()) request.account = AccountId::parse(line.account);
  if (line.regions.empty()) return request;
  std::vector<Region> regions;
  for (const std::string& name : line.regions)
    regions.push_back(*Region::parse(name));
  request.regions = std::move(regions);
  return request;
}

cli::ExplainRequest explain_request_of(const CommandLine& line) {
  return {.decision_id = line.decision,
          .overrides = {.endpoint = line.endpoint, .region = line.region},
          .form = line.json ? cli::Form::kJson : cli::Form::kText};
}

RegionCommand region_command_of(const CommandLine& line) {
  return {.endpoint = line.endpoint,
          .region = line.region,
          .from = line.from,
          .to = line.to,
          .prefix = line.prefix,
          .tag = line.tag,
          .secret = line.secret,
          .ask = line.ask,
          .link = line.link,
          .kms_key_id = line.kms_key_id,
          .per_second = line.per_second,
          .is_lost = line.lost,
          .waits = !line.no_wait,
          .is_dry_run = line.dry_run,
          .is_forced = line.force,
          .consent = consent_of(line),
          .form = line.json ? cli::Form::kJson : cli::Form::kText};
}

DrillCommand drill_command_of(const CommandLine& line) {
  return {.lose = line.region,
          .regions = line.regions,
          .secrets = line.secrets,
          .period = std::chrono::seconds(line.seconds),
          .form = line.json ? cli::Form::kJson : cli::Form::kText,
          .report = line.report,
          .is_present = line.present,
          .data = line.account_data,
          .endpoint = line.endpoint,
          .cut_command = line.cut_command,
          .heal_command = line.heal_command,
          .is_dry_run = line.dry_run,
          .consent = consent_of(line),
          .is_clean_up = line.clean_up};
}

void add_drill(CLI::App* drill, CommandLine& line) {
  drill->add_option("--lose", line.region, "Region that is lost, and comes back")->check(kRegion);
  drill->add_option("--regions", line.regions, "Regions that take part (those of coffer dev, or all that there are)")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->check(kRegion);
  drill->add_option("--secrets", line.secrets, "How many secrets")->capture_default_str()->check(CLI::Range(1, 5000));
  drill->add_option("--seconds", line.seconds, "Of traffic before the loss, before somebody acts, and after it")
      ->capture_default_str()
      ->check(CLI::Range(1, 30));
  drill->add_flag("--json", line.json, "As JSON");
  drill->add_option("--report", line.report, "File for the report, as well as standard output");
  CLI::Option* present =
      drill->add_flag("--present", line.present, "On a deployment that runs, instead of one of its own; asks first");
  CLI::Option* data = drill
                          ->add_option("--data", line.account_data,
                                       "Directory of a deployment of coffer dev, which cuts the region off")
                          ->needs(present);
  drill
      ->add_option("--endpoint", line.endpoint,
                   "Where the regions are, as of coffer failover (COFFER_ENDPOINT_URL, AWS_ENDPOINT_URL)")
      ->needs(present)
      ->excludes(data);
  CLI::Option* cut =
      drill->add_option("--cut-command", line.cut_command, "Cuts the region off (/bin/sh; COFFER_DRILL_REGION)")
          ->needs(present)
          ->excludes(data)
          ->check(kNotEmpty);
  cut->needs(drill->add_option("--heal-command", line.heal_command, "Heals it")->needs(cut)->check(kNotEmpty));
  drill->add_flag("--dry-run", line.dry_run, "Show what would be done, and change nothing")->needs(present);
  drill->add_flag("--yes", line.yes, "Do not ask")->needs(present);
  drill->add_flag("--clean-up", line.clean_up, "Hold none: delete what drills left that were killed");
}

// Options of commands that call regions as anybody does, signed.
void add_endpoint(CLI::App* command, CommandLine& line) {
  command->add_option("--endpoint", line.endpoint,
                      "Where the regions are; {region} in it stands for a region's name (COFFER_ENDPOINT_URL, "
                      "AWS_ENDPOINT_URL; http://127.0.0.1:4566)");
  command->add_flag("--json", line.json, "As JSON");
}

void add_consent(CLI::App* command, CommandLine& line) {
  command->add_flag("--dry-run", line.dry_run, "Show what would be done, and change nothing");
  command->add_flag("--yes", line.yes, "Do not ask");
}

// Of commands that need to know all regions.
void add_ask(CLI::App* command, CommandLine& line) {
  command->add_option("--ask", line.ask, "Region to ask which others there are (AWS_REGION)")->check(kRegion);
  add_consent(command, line);
  add_endpoint(command, line);
}

// coffer region
struct RegionCommands {
  CLI::App* add;
  CLI::App* remove;
  CLI::App* fill;
};
RegionCommands add_region_commands(CLI::App& app, CommandLine& line) {
  CLI::App* region = app.add_subcommand("region", "Regions that join the deployment, are filled, and leave it");
  region->require_subcommand(1);
  const RegionCommands commands{
      .add = region->add_subcommand("add", "Tell every region of another one, or where it is now"),
      .remove = region->add_subcommand("remove", "Take a region out of the deployment, in every other region"),
      .fill = region->add_subcommand("fill", "Replicate secrets to a region, and wait until they are there")};
  for (CLI::App* command : {commands.add, commands.remove, commands.fill}) {
    command->add_option("region", line.region, "Region")->required()->check(kRegion);
    add_ask(command, line);
  }
  commands.add->add_option("--link", line.link, "Where its [link] listens: HOST:PORT")->required()->check(kNotEmpty);
  commands.remove->add_flag("--lost", line.lost, "It is lost for good: copies and replicas there are given up");
  for (CLI::App* command : {commands.add, commands.remove})
    command->add_flag("--force", line.force, "Although a region does not answer, or one that is lost does");
  CLI::App* fill = commands.fill;
  fill->add_option("--from", line.from, "Only secrets that have their primary there")->check(kRegion);
  CLI::Option* prefix =
      fill->add_option("--prefix", line.prefix, "Only secrets whose names begin with it")->check(kNotEmpty);
  fill->add_option("--tag", line.tag, "Only secrets with this tag: KEY=VALUE, or KEY")
      ->excludes(prefix)
      ->check(kNotEmpty);
  fill->add_option("--kms-key-id", line.kms_key_id, "KMS key of the copies (the account's default one)")
      ->check(kNotEmpty);
  fill->add_option("--rate", line.per_second, "Secrets a second, at most")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  fill->add_flag("--no-wait", line.no_wait, "Do not wait until they have arrived");
  return commands;
}

// What is wrong with the command line, and where to look: at the commands, if it names none that there is, otherwise at
// the options of the one that it names.
std::string complaint_about(CLI::App& app, int argc, char** argv, const CLI::ParseError& error) {
  CLI::App* command = &app;
  std::string name = "coffer";
  for (int i = 1; i < argc && argv[i][0] != '-'; ++i) {
    const std::vector<CLI::App*> known = command->get_subcommands({});
    const auto found = std::ranges::find(known, argv[i], [](const CLI::App* one) { return one->get_name(); });
    if (found == known.end()) {
      if (known.empty()) break;
      std::string names;
      for (const CLI::App* one : known)
        names.append(names.empty() ? "" : ", ").append(one->get_name());
      return "there is no command '" + name + " " + argv[i] + "': " + names;
    }
    command = *found;
    name.append(" ").append(command->get_name());
  }
  return std::string(error.what()) + " (" + name + " --help)";
}

// What a command of cli says, or why it does not.
int print(const Result<std::string>& text) {
  return text.ok() ? print_answer(*text) : report_failure(text.error());
}

int run(int argc, char** argv) {
  const Hardening hardening = harden_process();
  const SystemClock clock;
  crypto::SystemRandom random;
  CommandLine line;

  CLI::App app("Coffer: a secrets manager that speaks the AWS Secrets Manager API", "coffer");
  app.require_subcommand(1);

  CLI::App* serve = app.add_subcommand("serve", "Run one region");
  serve->add_option("--config", line.config, "Configuration file")->required();

  CLI::App* dev = app.add_subcommand("dev", "Run a local deployment: one process per region and a gateway");
  dev->require_subcommand(0, 1);
  add_data(dev, line);
  dev->add_option("--port", line.port, "Port of the gateway; regions follow (default 4566)")
      ->check(CLI::Range(1, 65535));
  dev->add_option("--regions", line.regions, "Names of the regions; the first is the home of accounts")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->check(kRegion);
  dev->add_option("--account", line.account, "Account to make (default 123456789012)")->check(kAccountId);
  CLI::Option* throttle =
      dev->add_flag("--throttle", line.throttle, "Limit request rates as AWS does, from now on (at first: no)");
  dev->add_flag("--no-throttle", line.no_throttle, "No longer do so")->excludes(throttle);
  CLI::App* stop = dev->add_subcommand("stop-region", "Stop one region of a running deployment");
  stop->add_option("region", line.region, "Region")->required()->check(kRegion);
  stop->add_flag("--kill", line.kill, "SIGKILL, as a power cut would");
  add_data(stop, line);
  CLI::App* start = dev->add_subcommand("start-region", "Start a stopped region again");
  start->add_option("region", line.region, "Region")->required()->check(kRegion);
  add_data(start, line);
  CLI::App* dev_add = dev->add_subcommand("add-region", "Make one more region of a running deployment");
  CLI::App* dev_remove = dev->add_subcommand("remove-region", "Take a region out of a running deployment");
  for (CLI::App* command : {dev_add, dev_remove}) {
    command->add_option("region", line.region, "Region")->required()->check(kRegion);
    add_data(command, line);
  }
  dev_remove->add_flag("--lost", line.lost, "It is lost for good: copies and replicas there are given up");
  CLI::App* status = dev->add_subcommand("status", "Show regions, pids, endpoints, replication lag");
  status->add_flag("--json", line.json, "As JSON");
  add_data(status, line);

  CLI::App* account = app.add_subcommand("account", "Accounts and their root access keys");
  account->require_subcommand(1);
  CLI::App* create = account->add_subcommand("create", "Make an account; prints its root access key as JSON");
  create->add_option("name", line.name, "Name of the account")->required();
  create->add_option("--id", line.id, "Its id (default: drawn at random)")->check(kAccountId);
  add_target(create, line);
  CLI::App* list = account->add_subcommand("list", "List accounts as JSON");
  add_target(list, line);
  CLI::App* close = account->add_subcommand("close", "Close an account for good: its access keys and sessions end");
  close->add_option("id", line.id, "Its id")->required()->check(kAccountId);
  close->add_flag("--yes", line.yes, "Do not ask");
  add_target(close, line);

  CLI::App* identity = app.add_subcommand("identity", "The home region of identities");
  identity->require_subcommand(1);
  CLI::App* home = identity->add_subcommand("home", "Show which region is home, and what is known of it");
  CLI::App* adopt = identity->add_subcommand("adopt-home", "Make a region home, because the one that was is lost");
  adopt->add_flag("--force", line.force, "Also while another region answers that it is home");
  adopt->add_flag("--yes", line.yes, "Do not ask");
  for (CLI::App* command : {home, adopt}) {
    add_target(command, line);
    command->add_option("--region", line.region, "Region of a deployment in --data (home: the home itself)")
        ->check(kRegion);
    command->add_flag("--json", line.json, "As JSON");
  }

  CLI::App* certificates = app.add_subcommand("certificates", "Make the certificates of the links between regions");
  certificates->add_option("--out", line.out, "Directory for ca.pem and REGION.pem with their keys")->required();
  certificates->add_option("--region", line.regions, "Region; may be repeated")
      ->allow_extra_args(false)
      ->required()
      ->check(kRegion);

  CLI::App* policy = app.add_subcommand("policy", "Policies, without a server");
  policy->require_subcommand(1);
  CLI::App* evaluate = policy->add_subcommand(
      "evaluate", "Decide requests on standard input, one JSON object a line; docs/authorization.md has the format");

  CLI::App* explain = app.add_subcommand(
      "explain", "Say why a request was denied; with the credentials in AWS_ACCESS_KEY_ID and its like");
  explain->add_option("decision", line.decision, "Request id as clients print it, or decision_id of the log")
      ->required();
  explain->add_option("--endpoint", line.endpoint, "Where the region is (AWS_ENDPOINT_URL; http://127.0.0.1:4566)");
  explain->add_option("--region", line.region, "Its name (AWS_REGION, AWS_DEFAULT_REGION)")->check(kRegion);
  explain->add_flag("--json", line.json, "As JSON");

  CLI::App* regions = app.add_subcommand(
      "status", "Show the regions, and what waits for each; with the credentials in AWS_ACCESS_KEY_ID and its like");
  regions->add_option("--region", line.region, "Region to ask which others there are (AWS_REGION)")->check(kRegion);
  add_endpoint(regions, line);

  CLI::App* failover = app.add_subcommand("failover", "Promote, in one region, what had its primary in a lost one");
  failover->add_option("--from", line.from, "Region that is lost")->required()->check(kRegion);
  failover->add_option("--to", line.to, "Region whose copies become primaries")->required()->check(kRegion);
  CLI::Option* name = failover->add_option("--secret", line.secret, "Name of one secret")->check(kNotEmpty);
  CLI::Option* prefix = failover->add_option("--prefix", line.prefix, "Only secrets whose names begin with it")
                            ->excludes(name)
                            ->check(kNotEmpty);
  failover->add_option("--tag", line.tag, "Only secrets with this tag: KEY=VALUE, or KEY")
      ->excludes(name)
      ->excludes(prefix)
      ->check(kNotEmpty);
  failover->add_flag("--force", line.force, "Although the lost region answers");
  add_consent(failover, line);
  add_endpoint(failover, line);

  CLI::App* rejoin = app.add_subcommand(
      "rejoin", "Make the secrets of a region that came back replicas of what was promoted meanwhile");
  rejoin->add_option("--region", line.region, "Region that came back")->required()->check(kRegion);
  CLI::Option* secret = rejoin->add_option("--secret", line.secret, "Name of one secret")->check(kNotEmpty);
  CLI::Option* beginning =
      rejoin->add_option("--prefix", line.prefix, "Only secrets whose names begin with it")->check(kNotEmpty);
  beginning->excludes(secret);
  rejoin->add_flag("--all", line.all, "All secrets of the account")->excludes(secret)->excludes(beginning);
  add_consent(rejoin, line);
  add_endpoint(rejoin, line);

  const RegionCommands region_commands = add_region_commands(app, line);

  CLI::App* drill =
      app.add_subcommand("drill",
                         "Lose a region, of a deployment made for it or of one that runs, take it back, and "
                         "say what that cost");
  add_drill(drill, line);

  CLI::App* version_command = app.add_subcommand("version", "Print the version");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    return report_failure(ExitCode::kUsage, complaint_about(app, argc, argv, error));
  }

  if (version_command->parsed()) {
    std::printf("coffer %.*s\n", static_cast<int>(version().size()), version().data());
    return exit_status(ExitCode::kOk);
  }
  if (stop->parsed()) return command_region(line.data, line.region, line.kill ? "kill" : "stop");
  if (start->parsed()) return command_region(line.data, line.region, "start");
  if (dev_add->parsed()) return command_region(line.data, line.region, "add");
  if (dev_remove->parsed()) return command_region(line.data, line.region, line.lost ? "remove-lost" : "remove");
  if (status->parsed()) return show_status(line.data, form_of(line));
  if (create->parsed()) return create_account(target_of(line), line.name, line.id);
  if (list->parsed()) return list_accounts(target_of(line));
  if (close->parsed()) return close_account(target_of(line), line.id, consent_of(line));
  if (home->parsed()) return show_home(target_of(line), form_of(line));
  if (adopt->parsed()) return adopt_home(adoption_of(line));
  if (evaluate->parsed()) return evaluate_policies(STDIN_FILENO, std::cout);
  if (explain->parsed()) return print(cli::explain_decision(explain_request_of(line), std::getenv, clock));
  if (regions->parsed()) return show_regions(region_command_of(line), clock);
  if (failover->parsed()) return fail_over_region(region_command_of(line), clock);
  if (rejoin->parsed()) {
    if (line.secret.empty() && line.prefix.empty() && !line.all) {
      return report_failure(ExitCode::kUsage, "say which secrets rejoin: --secret NAME, --prefix PREFIX or --all");
    }
    return rejoin_region(region_command_of(line), clock);
  }
  if (region_commands.add->parsed()) return add_region(region_command_of(line), clock);
  if (region_commands.remove->parsed()) return remove_region(region_command_of(line), clock);
  if (region_commands.fill->parsed()) return fill_region(region_command_of(line), clock);
  if (certificates->parsed()) return make_certificates(line.out, line.regions, clock, random);

  auto signals = Signals::open();
  if (!signals.ok()) return report_failure(signals.error());
  if (drill->parsed()) return run_drill(drill_command_of(line), std::move(*signals), clock, random);
  if (serve->parsed()) return run_serve(line.config, hardening, std::move(*signals), clock, random);
  return run_dev(request_of(line), std::move(*signals), clock, random);
}

}  // namespace
}  // namespace coffer::server

int main(int argc, char** argv) {
  try {
    return coffer::server::run(argc, argv);
  } catch (const std::exception& error) {
    return coffer::server::report_failure(coffer::server::ExitCode::kFailure, error.what());
  }
}
