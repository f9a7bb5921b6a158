#include "cli/region_change_command.h"

#include <algorithm>
#include <set>

#include "cli/text_layout.h"

namespace coffer::cli {
namespace {

struct Entry {
  std::string region;
  std::optional<std::string> result;  // what RemoveRegion or AddRegion answered
  int64_t replicated_secrets = 0;     // copies that are given up
  int64_t replicated_keys = 0;
  int64_t following_keys = 0;
  std::optional<std::string> error;
  bool is_silent = false;
  static constexpr wire::Field kFields[] = {wire::field<&Entry::region>("Region"),
                                            wire::field<&Entry::result>("Result"),
                                            wire::field<&Entry::replicated_secrets>("ReplicatedSecrets"),
                                            wire::field<&Entry::replicated_keys>("ReplicatedKeys"),
                                            wire::field<&Entry::following_keys>("FollowingKeys"),
                                            wire::field<&Entry::error>("Error")};
};

struct Report {
  std::string region;
  bool is_dry_run = false;
  std::vector<std::string> remarks;  // about the region itself
  std::vector<Entry> regions;        // all others
  static constexpr wire::Field kFields[] = {
      wire::field<&Report::region>("Region"), wire::field<&Report::is_dry_run>("DryRun"),
      wire::field<&Report::remarks>("Remarks"), wire::field<&Report::regions>("Regions")};
};

struct Answer {
  std::string result;
  std::optional<int64_t> replicated_secrets;
  std::optional<int64_t> replicated_keys;
  std::optional<int64_t> following_keys;
  static constexpr wire::Field kFields[] = {
      wire::field<&Answer::result>("Result"), wire::field<&Answer::replicated_secrets>("ReplicatedSecrets"),
      wire::field<&Answer::replicated_keys>("ReplicatedKeys"), wire::field<&Answer::following_keys>("FollowingKeys")};
};

// One direction of the change.
class Change {
 public:
  Change(const RegionChange& request, std::string_view operation, const std::function<Deployment()>& make)
      : request_(request), operation_(operation), deployment_(make()) {
    report_.region = request.region;
    report_.is_dry_run = request.is_dry_run;
  }

  // All regions but the one that comes or goes, as any of those knows them: some may have done it already.
  Result<void> look() {
    COFFER_ASSIGN(const RegionStatus first, deployment_.status(request_.ask));
    if (first.region == request_.region) {
      return Error{ErrorCode::kUsage, request_.region + " is the region that was asked which others there are: --ask " +
                                          "names another one"};
    }
    std::set<std::string> seen{first.region};
    std::vector<std::string> waiting = {first.region};
    while (!waiting.empty()) {
      const std::string name = waiting.back();
      waiting.pop_back();
      Entry& entry = report_.regions.emplace_back(Entry{.region = name});
      const Result<RegionStatus> status = name == first.region ? first : deployment_.status(name);
      if (!status.ok()) {
        entry.error = status.error().message;
        entry.is_silent = status.error().code == ErrorCode::kServiceUnavailable;
        continue;
      }
      for (const std::string& other : status->regions) {
        if (other == request_.region) ++known_by_;
        if (other != request_.region && seen.insert(other).second) waiting.push_back(other);
      }
    }
    std::ranges::sort(report_.regions, {}, &Entry::region);
    return {};
  }

  // Asks every region that answers.
  void call(bool is_dry_run) {
    for (Entry& entry : report_.regions) {
      if (entry.is_silent) continue;
      entry.error.reset();
      wire::Document document;
      const Result<void> called = deployment_.call(entry.region, operation_, body(is_dry_run), document);
      const Result<Answer> answer =
          called.ok() ? wire::decode<Answer>(document.root()) : Result<Answer>(called.error());
      if (!answer.ok()) {
        entry.error = answer.error().message;
        continue;
      }
      entry.result = answer->result;
      entry.replicated_secrets = answer->replicated_secrets.value_or(0);
      entry.replicated_keys = answer->replicated_keys.value_or(0);
      entry.following_keys = answer->following_keys.value_or(0);
    }
  }

  // Whoever refuses is in the way; whoever does not answer, unless that is forced.
  Result<void> check_all_agree() const {
    std::string reasons;
    bool is_silence_only = true;
    for (const Entry& entry : report_.regions) {
      if (!entry.error || (entry.is_silent && request_.is_forced)) continue;
      reasons.append(reasons.empty() ? "" : "\n").append(entry.region).append(": ").append(*entry.error);
      is_silence_only = is_silence_only && entry.is_silent;
    }
    if (reasons.empty()) return {};
    if (is_silence_only) {
      reasons += "\nNothing was changed. --force goes on without those that do not answer; repeat the command for them";
    }
    return Error{ErrorCode::kConflict, std::move(reasons)};
  }

  Report& report() { return report_; }
  Deployment& deployment() { return deployment_; }
  size_t known_by() const { return known_by_; }
  bool is_done_already() const {
    return std::ranges::all_of(report_.regions, [](const Entry& entry) { return entry.result == "Unchanged"; });
  }

  std::string text_of(const Entry& entry, std::string_view what) const {
    std::string text = padded(entry.region, 17) + " ";
    if (entry.error) return text + "NOT DONE: " + *entry.error + "\n";
    if (entry.result == "Unchanged") return text + "as it is\n";
    text.append(what);
    if (entry.result == "Moved") text += ", at another address than before";
    if (entry.replicated_secrets > 0) {
      text += ", gives up the copies there of " + counted(entry.replicated_secrets, "secret");
    }
    if (entry.replicated_keys > 0) {
      text += ", and the replicas there of " + counted(entry.replicated_keys, "KMS key");
    }
    if (entry.following_keys > 0) {
      text += ", has " + counted(entry.following_keys, "KMS key") +
              " whose primary is there: " + (entry.following_keys == 1 ? "it stays" : "they stay") + " without";
    }
    return text + "\n";
  }

  std::string plan(std::string_view what) const {
    std::string text;
    for (const Entry& entry : report_.regions)
      text += text_of(entry, what);
    for (const std::string& remark : report_.remarks)
      text += remark + "\n";
    return text;
  }

  Outcome outcome(std::string_view what, const std::string& afterwards) const {
    Outcome outcome;
    for (const Entry& entry : report_.regions)
      outcome.failed += entry.error ? 1 : 0;
    if (request_.form == Form::kJson) {
      outcome.text = json_text_of_shape(report_);
      return outcome;
    }
    if (!report_.is_dry_run) {
      for (const Entry& entry : report_.regions)
        outcome.text += text_of(entry, what);
    }
    if (outcome.failed > 0) {
      const bool is_one = outcome.failed == 1;
      outcome.text += std::to_string(outcome.failed) + " of " + counted(report_.regions.size(), "region") +
                      " did not do it. Repeat the command when " + (is_one ? "it answers" : "they answer") +
                      "; until then " + (is_one ? "it goes" : "they go") + " on as before.\n";
    }
    if (!report_.is_dry_run) outcome.text += afterwards;
    return outcome;
  }

 private:
  std::string body(bool is_dry_run) const {
    JsonObject body;
    body.add("Region", request_.region);
    if (operation_ == "AddRegion") {
      body.add("Host", request_.host).add("Port", request_.port);
    } else {
      body.add("Lost", request_.is_lost);
    }
    return body.add("DryRun", is_dry_run).text();
  }

  const RegionChange& request_;
  const std::string_view operation_;
  Deployment deployment_;
  Report report_;
  size_t known_by_ = 0;
};

// What the new region's own configuration lacks.
void look_at_newcomer(Change& change) {
  Report& report = change.report();
  std::vector<std::string> others;
  for (const Entry& entry : report.regions)
    others.push_back(entry.region);
  const Result<RegionStatus> status = change.deployment().status(report.region);
  if (!status.ok()) {
    report.remarks.push_back(report.region +
                             " does not answer yet. Its own configuration is to have a [[peer]] each for " +
                             joined(others) + ", and the same identity.home as theirs: start it before or after this.");
    return;
  }
  std::vector<std::string> missing;
  std::ranges::copy_if(others, std::back_inserter(missing), [&](const std::string& name) {
    return std::ranges::find(status->regions, name) == status->regions.end();
  });
  if (missing.empty()) return;
  report.remarks.push_back(report.region + " itself does not know " + joined(missing) +
                           ": tell it by coffer region add for each of them, when it is part of the deployment. " +
                           "A [[peer]] in its configuration does not help if it was told to remove them.");
}

}  // namespace

Result<Outcome> add_region(const RegionChange& request, const std::function<Deployment()>& make, const Show& show,
                           const Confirm& confirm) {
  constexpr std::string_view kWould = "would know it";
  constexpr std::string_view kDone = "knows it";
  Change change(request, "AddRegion", make);
  COFFER_TRY(change.look());
  change.call(true);
  COFFER_TRY(change.check_all_agree());
  look_at_newcomer(change);
  show(change.plan(kWould));
  const std::string filling = "Secrets come to " + request.region +
                              " when they are replicated to it: coffer region fill " + request.region + "\n";
  if (request.is_dry_run || change.is_done_already()) return change.outcome(kDone, "");
  COFFER_TRY(confirm("\nAdd " + request.region + " to the deployment? Identities of all accounts are sent to it, and " +
                     "it may then be given copies of secrets."));
  change.call(false);
  return change.outcome(kDone, filling);
}

Result<Outcome> remove_region(const RegionChange& request, const std::function<Deployment()>& make, const Show& show,
                              const Confirm& confirm) {
  constexpr std::string_view kWould = "would forget it";
  constexpr std::string_view kDone = "has removed it";
  Change change(request, "RemoveRegion", make);
  COFFER_TRY(change.look());
  if (change.known_by() == 0) {
    return Error{ErrorCode::kUsage,
                 "no region that answers knows " + request.region + ": it is none of the deployment"};
  }
  if (request.is_lost && !request.is_forced && make().status(request.region).ok()) {
    return Error{ErrorCode::kConflict, request.region +
                                           " answers, so it is not lost. Leave --lost out, or stop it first: what it "
                                           "acknowledges from now on would be. --force goes on all the same"};
  }
  change.call(true);
  COFFER_TRY(change.check_all_agree());
  show(change.plan(kWould));
  if (request.is_dry_run || change.is_done_already()) return change.outcome(kDone, "");
  const std::string consequence = request.is_lost ? " Copies and replicas there are given up." : "";
  COFFER_TRY(confirm("\nRemove " + request.region + " from the deployment?" + consequence));
  change.call(false);
  return change.outcome(kDone,
                        "Stop " + request.region + " if it still runs: nobody takes anything from it any more.\n");
}

}  // namespace coffer::cli
