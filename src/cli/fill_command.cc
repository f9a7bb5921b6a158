#include "cli/fill_command.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "cli/outcome.h"
#include "cli/several.h"
#include "cli/text_layout.h"

namespace coffer::cli {
namespace {

constexpr Duration kLook = std::chrono::milliseconds(500);  // how often to ask what is still on its way
constexpr Duration kWhenThrottled = std::chrono::seconds(1);
constexpr int kAttempts = 60;

struct Entry {
  std::string name;
  std::string arn;
  std::string primary_region;
  std::string result;  // "Replicated", "WouldBeReplicated", "AlreadyThere", "Failed"
  std::optional<std::string> error;
  static constexpr wire::Field kFields[] = {wire::field<&Entry::name>("Name"), wire::field<&Entry::arn>("ARN"),
                                            wire::field<&Entry::primary_region>("PrimaryRegion"),
                                            wire::field<&Entry::result>("Result"), wire::field<&Entry::error>("Error")};
};

struct Report {
  std::string region;
  bool is_dry_run = false;
  int64_t already_there = 0;
  std::vector<UnknownRegion> unknown_regions;
  std::vector<Entry> secrets;  // that are not there already, and those that were refused there
  static constexpr wire::Field kFields[] = {
      wire::field<&Report::region>("Region"), wire::field<&Report::is_dry_run>("DryRun"),
      wire::field<&Report::already_there>("AlreadyThere"), wire::field<&Report::unknown_regions>("UnknownRegions"),
      wire::field<&Report::secrets>("Secrets")};
};

// Lets so many through a second, evenly.
class Pace {
 public:
  Pace(int64_t per_second, const Filling& by)
      : interval_(std::chrono::microseconds(1'000'000 / std::max<int64_t>(1, per_second))), by_(by), next_(by.now()) {}

  void wait() {
    std::chrono::microseconds mine{};
    {
      const std::lock_guard lock(mutex_);
      next_ = std::max(next_, std::chrono::microseconds(by_.now()));
      mine = next_;
      next_ += interval_;
    }
    const auto left = std::chrono::duration_cast<Duration>(mine - by_.now());
    if (left > Duration(0)) by_.pause(left);
  }

 private:
  const std::chrono::microseconds interval_;
  const Filling& by_;
  std::mutex mutex_;
  std::chrono::microseconds next_;
};

const CopyReplica* replica_in(const Copy& copy, const std::string& region) {
  const auto found = std::ranges::find(copy.replicas, region, &CopyReplica::region);
  return found == copy.replicas.end() ? nullptr : &*found;
}

std::string refused(const std::string& region, const CopyReplica& replica) {
  return region + " has refused it: " + replica.status_message.value_or("no reason is known");
}

std::string text_of(const Entry& entry) {
  const std::string what = entry.error ? "FAILED: " + *entry.error : entry.result;
  return padded(entry.name, 30) + "  " + padded(entry.primary_region, 15) + "  " + what + "\n";
}

class Fill {
 public:
  Fill(const FillRequest& request, const std::function<Deployment()>& make, const Filling& by)
      : request_(request), make_(make), by_(by), deployment_(make()) {
    report_.region = request.region;
    report_.is_dry_run = request.is_dry_run;
  }

  Result<void> look() {
    COFFER_ASSIGN(const RegionStatus status, deployment_.status(request_.ask));
    const auto check = [&status](const std::string& region) -> Result<void> {
      if (std::ranges::find(status.regions, region) != status.regions.end()) return {};
      return Error{ErrorCode::kUsage, region + " is no region of this deployment, as far as " + status.region +
                                          " knows. A new one is added first: coffer region add"};
    };
    COFFER_TRY(check(request_.region));
    if (!request_.from.empty()) COFFER_TRY(check(request_.from));
    if (request_.from == request_.region) return Error{ErrorCode::kUsage, "--from names the region that is filled"};
    for (const std::string& source : status.regions) {
      if (source == request_.region || (!request_.from.empty() && source != request_.from)) continue;
      sources_.push_back(source);
    }
    for (const std::string& source : sources_)
      look_in(source);
    return {};
  }

  std::string plan() const {
    size_t failed = 0;
    for (const Entry& entry : report_.secrets)
      failed += entry.error ? 1 : 0;
    std::string text = counted(report_.secrets.size() - failed, "secret is", "secrets are") + " to be replicated to " +
                       request_.region + "; " +
                       counted(report_.already_there, "is already, or on its way", "are already, or on their way");
    text += failed > 0 ? "; " + counted(failed, "was", "were") + " refused there.\n" : ".\n";
    for (const UnknownRegion& unknown : report_.unknown_regions)
      text += "What " + unknown.region + " has is not known: " + unknown.reason + "\n";
    return text;
  }

  size_t to_do() const {
    return static_cast<size_t>(std::ranges::count_if(report_.secrets, [](const Entry& entry) { return !entry.error; }));
  }

  void run() {
    Pace pace(request_.per_second, by_);
    const size_t all = to_do();
    std::atomic<size_t> done = 0;
    for_each_at_once<Entry>(report_.secrets, make_, [&](Deployment& deployment, Entry& entry) {
      if (entry.error) return;
      pace.wait();
      const Result<void> replicated = replicate(deployment, entry);
      if (replicated.ok()) {
        entry.result = "Replicated";
      } else {
        entry.result = "Failed";
        entry.error = replicated.error().message;
      }
      by_.progress("replicated " + std::to_string(++done) + " of " + counted(all, "secret"));
    });
  }

  // Until no region has anything for it any more. A region that does not answer is not waited for.
  void wait() {
    for (;;) {
      int64_t waiting = 0;
      std::string trouble;
      for (const std::string& source : sources_) {
        const Result<RegionStatus> status = deployment_.status(source);
        if (!status.ok()) continue;
        const auto link = std::ranges::find(status->links, request_.region, &LinkStatus::region);
        if (link == status->links.end()) continue;
        waiting += link->waiting;
        if (link->last_error) trouble = "; " + source + " says: " + *link->last_error;
      }
      if (waiting == 0) return;
      by_.progress(counted(waiting, "change waits", "changes wait") + " for " + request_.region + trouble);
      by_.pause(kLook);
    }
  }

  // What the region has refused for good.
  void look_at_refusals() {
    for (const std::string& source : sources_) {
      CopyFilter filter = request_.filter;
      filter.primary_region = source;
      const Result<std::vector<Copy>> copies = deployment_.copies(source, filter);
      if (!copies.ok()) continue;
      for (const Copy& copy : *copies) {
        const CopyReplica* const replica = replica_in(copy, request_.region);
        if (replica == nullptr || replica->status != "Failed") continue;
        const auto entry = std::ranges::find(report_.secrets, copy.arn, &Entry::arn);
        if (entry == report_.secrets.end()) continue;
        entry->result = "Failed";
        entry->error = refused(request_.region, *replica);
      }
    }
  }

  const Report& report() const { return report_; }

 private:
  void look_in(const std::string& source) {
    CopyFilter filter = request_.filter;
    filter.primary_region = source;
    const Result<std::vector<Copy>> copies = deployment_.copies(source, filter);
    if (!copies.ok()) {
      report_.unknown_regions.push_back({source, copies.error().message});
      return;
    }
    for (const Copy& copy : *copies) {
      if (!copy.is_primary()) continue;  // of another account
      const CopyReplica* const replica = replica_in(copy, request_.region);
      const bool is_refused = replica != nullptr && replica->status == "Failed";
      if (replica != nullptr && !is_refused) {
        ++report_.already_there;
        continue;
      }
      Entry& entry = report_.secrets.emplace_back(
          Entry{.name = copy.name, .arn = copy.arn, .primary_region = source, .result = "WouldBeReplicated"});
      if (!is_refused) continue;
      entry.result = "Failed";
      entry.error = refused(request_.region, *replica);
    }
  }

  // As AWS has it: whoever fills a region must be allowed to replicate each secret, and to read it.
  Result<void> replicate(Deployment& deployment, const Entry& entry) const {
    JsonObject added;
    added.add("Region", request_.region);
    if (!request_.kms_key_id.empty()) added.add("KmsKeyId", request_.kms_key_id);
    JsonObject body;
    body.add("SecretId", entry.arn).add_json("AddReplicaRegions", "[" + added.text() + "]");
    const std::string text = body.text();
    for (int attempt = 1;; ++attempt) {
      wire::Document answer;
      Result<void> done = deployment.call(entry.primary_region,
                                          {.service = "secretsmanager",
                                           .target_prefix = "secretsmanager",
                                           .operation = "ReplicateSecretToRegions",
                                           .body = text},
                                          answer);
      const bool is_throttled = !done.ok() && done.error().code == ErrorCode::kThrottling;
      if (!is_throttled || attempt == kAttempts) return done;
      by_.pause(kWhenThrottled);
    }
  }

  const FillRequest& request_;
  const std::function<Deployment()>& make_;
  const Filling& by_;
  Deployment deployment_;
  std::vector<std::string> sources_;
  Report report_;
};

}  // namespace

Result<Outcome> fill_region(const FillRequest& request, const std::function<Deployment()>& make, const Filling& by) {
  Fill fill(request, make, by);
  COFFER_TRY(fill.look());
  by.show(fill.plan());
  if (!request.is_dry_run) {
    if (fill.to_do() > 0) {
      COFFER_TRY(by.confirm("\nReplicate " + counted(fill.to_do(), "secret") + " to " + request.region + "?"));
      fill.run();
    }
    if (request.waits) {
      fill.wait();
      fill.look_at_refusals();
    }
  }
  const Report& report = fill.report();
  Outcome outcome = outcome_of(report, request.form, text_of,
                               (report.is_dry_run ? "would be replicated to " : "replicated to ") + report.region);
  outcome.failed += report.unknown_regions.size();
  return outcome;
}

}  // namespace coffer::cli
