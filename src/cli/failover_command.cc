#include "cli/failover_command.h"

#include <algorithm>

#include "base/time_text.h"
#include "cli/several.h"
#include "cli/text_layout.h"

namespace coffer::cli {
namespace {

struct Entry {
  std::string name;
  std::string arn;
  std::optional<std::string> current_version;  // the newest that the region has
  std::optional<Time> current_version_created;
  int64_t generation = 0;
  std::optional<int64_t> missed_changes;  // that another region has; absent: nobody knows
  std::optional<std::string> newest_in;   // which region has them
  std::vector<std::string> replica_regions;
  std::string result;  // "Promoted", "WouldBePromoted", "Failed"
  std::optional<std::string> error;
  static constexpr wire::Field kFields[] = {wire::field<&Entry::name>("Name"),
                                            wire::field<&Entry::arn>("ARN"),
                                            wire::field<&Entry::current_version>("CurrentVersionId"),
                                            wire::field<&Entry::current_version_created>("CurrentVersionCreatedDate"),
                                            wire::field<&Entry::generation>("Generation"),
                                            wire::field<&Entry::missed_changes>("MissedChanges"),
                                            wire::field<&Entry::newest_in>("NewestIn"),
                                            wire::field<&Entry::replica_regions>("ReplicaRegions"),
                                            wire::field<&Entry::result>("Result"),
                                            wire::field<&Entry::error>("Error")};
};

struct Report {
  std::string from;
  std::string to;
  bool is_dry_run = false;
  std::vector<std::string> unknown_regions;  // could not be asked what they have
  std::vector<Entry> secrets;
  static constexpr wire::Field kFields[] = {
      wire::field<&Report::from>("From"), wire::field<&Report::to>("To"), wire::field<&Report::is_dry_run>("DryRun"),
      wire::field<&Report::unknown_regions>("UnknownRegions"), wire::field<&Report::secrets>("Secrets")};
};

struct Promotion {
  Copy copy;
  static constexpr wire::Field kFields[] = {wire::field<&Promotion::copy>("Copy")};
};

Error usage(std::string message) {
  return Error{ErrorCode::kUsage, std::move(message)};
}

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

// What the region to promote in misses, as far as the others can say: a copy of the same lineage with a higher
// generation.
void compare(const std::map<std::string, Copy>& others, const std::string& where, Entry& entry) {
  const auto found = others.find(entry.name);
  if (found == others.end() ||
      found->second.arn.substr(found->second.arn.size() - 6) != entry.arn.substr(entry.arn.size() - 6)) {
    return;
  }
  const int64_t missed = std::max<int64_t>(0, found->second.generation - entry.generation);
  if (!entry.missed_changes || missed > *entry.missed_changes) {
    entry.missed_changes = missed;
    if (missed > 0) entry.newest_in = where;
  }
}

std::string remark_of(const Entry& entry) {
  if (entry.error) return "FAILED: " + *entry.error;
  if (!entry.missed_changes) return "nobody else can tell what it misses";
  if (*entry.missed_changes == 0) return "as new as what other regions have";
  return "MISSES " + std::to_string(*entry.missed_changes) + " changes that " + *entry.newest_in + " has";
}

std::string text_of(const Entry& entry) {
  const std::string version =
      entry.current_version ? *entry.current_version + " of " + iso_extended_seconds(*entry.current_version_created)
                            : "no version with AWSCURRENT";
  return padded(entry.name, 30) + "  " + version + "  " + remark_of(entry) + "\n";
}

std::string plan_of(const Report& report) {
  std::string text;
  for (const Entry& entry : report.secrets)
    text += text_of(entry);
  for (const std::string& region : report.unknown_regions)
    text += region + " does not answer: what it has is not known.\n";
  return text;
}

class Failover {
 public:
  Failover(const FailoverRequest& request, const std::function<Deployment()>& make)
      : request_(request), make_(make), deployment_(make()) {}

  // Looks at what every region has.
  Result<void> look() {
    report_.from = request_.from;
    report_.to = request_.to;
    report_.is_dry_run = request_.is_dry_run;
    if (request_.from == request_.to) return usage("--from and --to name the same region");
    COFFER_ASSIGN(const RegionStatus status, deployment_.status(request_.to));
    for (const std::string& region : {request_.from, request_.to}) {
      if (std::ranges::find(status.regions, region) != status.regions.end()) continue;
      return usage(region + " is no region of this deployment, which has " + list_of(status.regions));
    }
    if (deployment_.status(request_.from).ok() && !request_.is_forced && !request_.is_dry_run) {
      return Error{ErrorCode::kConflict,
                   request_.from +
                       " answers: what it acknowledges while it is failed over would be lost. Stop "
                       "it first; --force goes on all the same"};
    }
    CopyFilter filter = request_.filter;
    filter.primary_region = request_.from;
    COFFER_ASSIGN(const std::vector<Copy> copies, deployment_.copies(request_.to, filter));
    for (const Copy& copy : copies) {
      if (!copy.is_primary()) add(copy);
    }
    return report_.secrets.empty() ? Result<void>() : ask_others(status.regions, filter);
  }

  Report& report() { return report_; }

  void run() {
    for_each_at_once<Entry>(report_.secrets, make_,
                            [this](Deployment& deployment, Entry& entry) { promote(deployment, entry); });
  }

 private:
  void add(const Copy& copy) {
    Entry& entry = report_.secrets.emplace_back();
    entry.name = copy.name;
    entry.arn = copy.arn;
    entry.generation = copy.generation;
    entry.replica_regions = copy.other_regions;
    if (const CopyVersion* const current = copy.current()) {
      entry.current_version = current->version_id;
      entry.current_version_created = current->created_date;
    }
  }

  Result<void> ask_others(const std::vector<std::string>& regions, const CopyFilter& filter) {
    for (const std::string& region : regions) {
      if (region == request_.to) continue;
      const Result<std::vector<Copy>> copies = deployment_.copies(region, filter);
      if (!copies.ok()) {
        if (copies.error().code != ErrorCode::kServiceUnavailable) return copies.error();
        report_.unknown_regions.push_back(region);
        continue;
      }
      std::map<std::string, Copy> by_name;
      for (const Copy& copy : *copies)
        by_name.emplace(copy.name, copy);
      for (Entry& entry : report_.secrets)
        compare(by_name, region, entry);
    }
    return {};
  }

  void promote(Deployment& deployment, Entry& entry) const {
    JsonObject body;
    body.add("SecretId", entry.arn).add("FromRegion", request_.from).add("DryRun", request_.is_dry_run);
    wire::Document answer;
    const Result<void> called = deployment.call(request_.to, "FailOverSecret", body.text(), answer);
    const Result<Promotion> promotion =
        called.ok() ? wire::decode<Promotion>(answer.root()) : Result<Promotion>(called.error());
    if (!promotion.ok()) {
      entry.result = "Failed";
      entry.error = promotion.error().message;
      return;
    }
    entry.result = request_.is_dry_run ? "WouldBePromoted" : "Promoted";
    entry.replica_regions.clear();
    for (const CopyReplica& replica : promotion->copy.replicas)
      entry.replica_regions.push_back(replica.region);
  }

  const FailoverRequest& request_;
  const std::function<Deployment()>& make_;
  Deployment deployment_;
  Report report_;
};

std::string result_of(const Report& report, size_t failed) {
  std::string text;
  for (const Entry& entry : report.secrets) {
    if (entry.error) text += text_of(entry);
  }
  const std::string done = std::to_string(report.secrets.size() - failed) + " secrets " +
                           (report.is_dry_run ? "would be promoted in " : "promoted in ") + report.to;
  return text + done + (failed > 0 ? ", " + std::to_string(failed) + " not" : "") + ".\n";
}

}  // namespace

Result<Outcome> fail_over(const FailoverRequest& request, const std::function<Deployment()>& make, const Show& show,
                          const Confirm& confirm) {
  Failover failover(request, make);
  COFFER_TRY(failover.look());
  Report& report = failover.report();
  const bool is_text = request.form == Form::kText;
  if (is_text) show(plan_of(report));
  if (!report.secrets.empty() && !request.is_dry_run) {
    COFFER_TRY(confirm("\nPromote " + std::to_string(report.secrets.size()) + " secrets in " + request.to + "? What " +
                       request.from + " alone has is not in them."));
  }
  failover.run();
  Outcome outcome;
  outcome.failed = static_cast<size_t>(
      std::ranges::count_if(report.secrets, [](const Entry& entry) { return entry.error.has_value(); }));
  outcome.text = is_text ? result_of(report, outcome.failed) : json_text_of([&report](wire::Encoder& encoder) {
    encoder.begin_object();
    wire::encode(report, encoder);
    encoder.end_object();
  });
  return outcome;
}

}  // namespace coffer::cli
