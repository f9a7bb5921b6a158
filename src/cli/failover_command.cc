#include "cli/failover_command.h"

#include <algorithm>

#include "base/time_text.h"
#include "cli/outcome.h"
#include "cli/several.h"
#include "cli/text_layout.h"

namespace coffer::cli {
namespace {

// One that hangs answers nothing at all: every time that it is waited for is a time in which nobody can write.
constexpr Duration kPatience = std::chrono::seconds(30);
constexpr Duration kLastLook = std::chrono::seconds(5);  // at one that has hung until a moment ago
constexpr Duration kMoment = std::chrono::seconds(10);

struct Entry {
  std::string name;
  std::string arn;
  std::optional<std::string> current_version;  // the newest that the region has
  std::optional<Time> current_version_created;
  int64_t lineage_epoch = 0;
  int64_t generation = 0;
  std::optional<int64_t> missed_changes;  // that another region has; absent: nobody knows
  std::optional<std::string> newest_in;   // which region has them
  std::vector<std::string> replica_regions;
  std::optional<std::string> cross_account_replica;  // the ARN of what stops following
  std::optional<Time> deletion_date;                 // when it is deleted
  std::optional<std::string> deleted_in;             // by which region
  std::optional<int64_t> rival_epoch;                // it was promoted in the lost region as well, in this epoch
  std::string result;                                // "Promoted", "WouldBePromoted", "Failed"
  std::optional<std::string> error;
  static constexpr wire::Field kFields[] = {wire::field<&Entry::name>("Name"),
                                            wire::field<&Entry::arn>("ARN"),
                                            wire::field<&Entry::current_version>("CurrentVersionId"),
                                            wire::field<&Entry::current_version_created>("CurrentVersionCreatedDate"),
                                            wire::field<&Entry::lineage_epoch>("LineageEpoch"),
                                            wire::field<&Entry::generation>("Generation"),
                                            wire::field<&Entry::missed_changes>("MissedChanges"),
                                            wire::field<&Entry::newest_in>("NewestIn"),
                                            wire::field<&Entry::replica_regions>("ReplicaRegions"),
                                            wire::field<&Entry::cross_account_replica>("CrossAccountReplica"),
                                            wire::field<&Entry::deletion_date>("DeletionDate"),
                                            wire::field<&Entry::deleted_in>("DeletedIn"),
                                            wire::field<&Entry::rival_epoch>("RivalEpoch"),
                                            wire::field<&Entry::result>("Result"),
                                            wire::field<&Entry::error>("Error")};
};

// A secret of the lost region's that the region to promote in does not have.
struct Absent {
  std::string name;
  std::vector<std::string> regions;  // which have it; the lost one only when no other has
  static constexpr wire::Field kFields[] = {wire::field<&Absent::name>("Name"),
                                            wire::field<&Absent::regions>("Regions")};
};

struct Report {
  std::string from;
  std::string to;
  bool is_dry_run = false;
  std::vector<UnknownRegion> unknown_regions;
  std::optional<std::string> objection;  // why it would be refused
  std::vector<Entry> secrets;
  std::vector<Absent> absent;
  static constexpr wire::Field kFields[] = {
      wire::field<&Report::from>("From"),           wire::field<&Report::to>("To"),
      wire::field<&Report::is_dry_run>("DryRun"),   wire::field<&Report::unknown_regions>("UnknownRegions"),
      wire::field<&Report::objection>("Objection"), wire::field<&Report::secrets>("Secrets"),
      wire::field<&Report::absent>("Absent")};
};

struct Promotion {
  Copy copy;
  static constexpr wire::Field kFields[] = {wire::field<&Promotion::copy>("Copy")};
};

Error usage(std::string message) {
  return Error{ErrorCode::kUsage, std::move(message)};
}

// The primary may have been taken out of replication, and scheduled for deletion, by a message that has not arrived.
void note_deletion(const Copy& copy, const std::string& where, Entry& entry) {
  if (!copy.deletion_date || (entry.deletion_date && *entry.deletion_date <= *copy.deletion_date)) return;
  entry.deletion_date = copy.deletion_date;
  entry.deleted_in = where;
}

// What the region to promote in misses, as far as the others can say: a copy of the same secret and lineage with a
// higher generation. Of a higher lineage: it was promoted there already, and must not be so twice.
void compare(const std::map<std::string, Copy>& others, const std::string& where, Entry& entry) {
  const auto found = others.find(entry.name);
  if (found == others.end() || found->second.suffix() != suffix_of(entry.arn)) return;
  const Copy& copy = found->second;
  if (copy.lineage_epoch > entry.lineage_epoch) {
    const bool is_there = copy.is_primary();
    entry.error = where + (is_there ? " has it as a primary already"
                                    : " follows one that was promoted in " + copy.primary_region);
    entry.result = "Failed";
    return;
  }
  if (copy.lineage_epoch < entry.lineage_epoch) return;
  note_deletion(copy, where, entry);
  const int64_t missed = std::max<int64_t>(0, copy.generation - entry.generation);
  if (!entry.missed_changes || missed > *entry.missed_changes) {
    entry.missed_changes = missed;
    if (missed > 0) entry.newest_in = where;
  }
}

std::string remark_of(const Entry& entry) {
  if (entry.error) return "FAILED: " + *entry.error;
  if (entry.rival_epoch) return "promoted in both regions: this one is to count";
  if (!entry.missed_changes) return "nobody else can tell what it misses";
  if (*entry.missed_changes == 0) return "as new as what other regions have";
  return "MISSES " + counted(*entry.missed_changes, "change") + " that " + *entry.newest_in + " has";
}

std::string text_of(const Entry& entry) {
  const std::string version =
      entry.current_version ? *entry.current_version + " of " + iso_extended_seconds(*entry.current_version_created)
                            : "no version with AWSCURRENT";
  std::string more = entry.replica_regions.empty() && !entry.error ? "; will have no replicas" : "";
  if (entry.deletion_date) {
    more += "; PENDING DELETION in " + *entry.deleted_in + ", on " + iso_extended_seconds(*entry.deletion_date);
  }
  if (entry.cross_account_replica) more += "; followed by " + *entry.cross_account_replica;
  return padded(entry.name, 30) + "  " + version + "  " + remark_of(entry) + more + "\n";
}

std::string plan_of(const Report& report) {
  std::string text;
  if (report.objection) text += "Would be refused: " + *report.objection + "\n";
  for (const Entry& entry : report.secrets)
    text += text_of(entry);
  const auto has_follower = [](const Entry& entry) { return entry.cross_account_replica.has_value(); };
  const auto followed = static_cast<size_t>(std::ranges::count_if(report.secrets, has_follower));
  if (followed > 0) {
    text += counted(followed, "secret has", "secrets have") +
            " a replica in another account: it stops following, and is of " + report.from + ". Associate others in " +
            report.to + ".\n";
  }
  for (const Absent& absent : report.absent)
    text +=
        padded(absent.name, 30) + "  NOT IN " + report.to + ", stays as it is; is in " + joined(absent.regions) + "\n";
  for (const UnknownRegion& unknown : report.unknown_regions)
    text += "What " + unknown.region + " has is not known: " + unknown.reason + "\n";
  return text;
}

// What regions other than the one to promote in have of a secret whose primary is in the lost one.
struct Elsewhere {
  std::vector<std::string> regions;
  int64_t lineage_epoch = 0;
};

class Failover {
 public:
  Failover(const FailoverRequest& request, const std::function<Deployment()>& make, const Clock& clock)
      : request_(request), make_(make), clock_(clock), deployment_(make()) {}

  // Looks at what every region has.
  Result<void> look() {
    report_.from = request_.from;
    report_.to = request_.to;
    report_.is_dry_run = request_.is_dry_run;
    if (request_.from == request_.to) return usage("--from and --to name the same region");
    COFFER_ASSIGN(const RegionStatus status, deployment_.status(request_.to));
    for (const std::string& region : {request_.from, request_.to}) {
      if (std::ranges::find(status.regions, region) != status.regions.end()) continue;
      return usage(region + " is no region of this deployment, which has " + joined(status.regions));
    }
    const Duration begun = clock_.monotonic();
    COFFER_ASSIGN(const std::string silence, check_is_lost(kPatience));
    looked_ = clock_.monotonic();
    has_hung_ = looked_ - begun + kLastLook >= kPatience;
    CopyFilter filter = request_.filter;
    filter.primary_region = request_.from;
    COFFER_ASSIGN(const std::vector<Copy> copies, deployment_.copies(request_.to, filter));
    for (const Copy& copy : copies) {
      if (copy.is_region_replica()) add(copy);
    }
    ask_others(status.regions, silence);
    COFFER_TRY(look_at_the_rest());
    return check_is_there();
  }

  Report& report() { return report_; }

  // A person may have thought for long, or the other regions taken long to say what they have, and the region come back
  // meanwhile; it may be slow then. kConflict if it has.
  Result<void> check_is_still_lost() {
    const bool is_a_moment_ago = clock_.monotonic() - looked_ <= kMoment;
    COFFER_TRY(check_is_lost(has_hung_ && is_a_moment_ago ? kLastLook : kPatience));
    return {};
  }

  void run() {
    for_each_at_once<Entry>(report_.secrets, make_, [this](Deployment& deployment, Entry& entry) {
      if (!entry.error) promote(deployment, entry);
    });
  }

 private:
  // Why it does not answer; empty if it does, and is failed over by force. kConflict while it answers, or nobody can
  // say. A dry run only says so.
  Result<std::string> check_is_lost(Duration timeout) {
    Deployment fresh = make_();
    fresh.set_timeout(timeout);
    const Result<RegionStatus> status = fresh.status(request_.from);
    const bool is_lost = !status.ok() && status.error().code == ErrorCode::kServiceUnavailable;
    if (is_lost) return status.error().message;
    if (request_.is_forced) return std::string();
    const std::string& from = request_.from;
    const std::string why =
        status.ok() ? from + " answers" : "it is not known whether " + from + " is lost: " + status.error().message;
    Error error{ErrorCode::kConflict, why +
                                          ". What it acknowledges while it is failed over would be lost: stop it "
                                          "first; --force goes on all the same"};
    if (!request_.is_dry_run) return error;
    report_.objection = std::move(error.message);
    return std::string();
  }

  void add(const Copy& copy) {
    Entry& entry = report_.secrets.emplace_back();
    entry.name = copy.name;
    entry.arn = copy.arn;
    entry.lineage_epoch = copy.lineage_epoch;
    entry.generation = copy.generation;
    entry.replica_regions = copy.other_regions;
    entry.cross_account_replica = copy.cross_account_replica;
    note_deletion(copy, request_.to, entry);
    if (const CopyVersion* const current = copy.current()) {
      entry.current_version = current->version_id;
      entry.current_version_created = current->created_date;
    }
  }

  // What was promoted elsewhere meanwhile has its primary there, and so all that they have is looked at.
  // `silence`: why the lost region is not asked; empty: it answers.
  void ask_others(const std::vector<std::string>& regions, const std::string& silence) {
    for (const std::string& region : regions) {
      if (region == request_.to) continue;
      const bool is_silent = region == request_.from && !silence.empty();
      Result<std::vector<Copy>> copies =
          is_silent ? Error{ErrorCode::kServiceUnavailable, silence} : deployment_.copies(region, request_.filter);
      if (!copies.ok()) {
        report_.unknown_regions.push_back({region, copies.error().message});
        continue;
      }
      std::map<std::string, Copy> by_name;
      for (Copy& copy : *copies) {
        const bool is_of_lost = copy.primary_region == request_.from && (copy.is_primary() || copy.is_region_replica());
        if (is_of_lost) {
          Elsewhere& known = elsewhere_[copy.identity()];
          known.regions.push_back(region);
          known.lineage_epoch = std::max(known.lineage_epoch, copy.lineage_epoch);
        }
        by_name.emplace(copy.name, std::move(copy));
      }
      for (Entry& entry : report_.secrets)
        compare(by_name, region, entry);
      others_.emplace_back(region, std::move(by_name));
    }
  }

  // What others have of the lost region, and is no replica of it here. Only some regions have a secret, and whoever
  // takes "failed over" for "everything" must see what was not.
  Result<void> look_at_the_rest() {
    for (const Entry& entry : report_.secrets)
      elsewhere_.erase(entry.name + "-" + std::string(suffix_of(entry.arn)));
    if (elsewhere_.empty()) return {};
    COFFER_ASSIGN(const std::vector<Copy> copies, deployment_.copies(request_.to, request_.filter));
    for (const Copy& copy : copies) {
      const auto found = elsewhere_.find(copy.identity());
      if (found == elsewhere_.end()) continue;
      // Of what was promoted here already the others may not have heard.
      if (copy.is_primary() && copy.lineage_epoch <= found->second.lineage_epoch) {
        std::erase(found->second.regions, request_.from);
        add_rival(copy, found->second);
      }
      elsewhere_.erase(found);
    }
    for (auto& [identity, known] : elsewhere_) {
      if (known.regions.size() > 1) std::erase(known.regions, request_.from);
      report_.absent.push_back({.name = identity.substr(0, identity.rfind('-')), .regions = std::move(known.regions)});
    }
    return {};
  }

  // Something is, of the one secret that was named: promoted already, when that is repeated. "0 secrets promoted" would
  // hide that the name is wrong.
  Result<void> check_is_there() {
    const std::string& name = request_.filter.name;
    if (name.empty() || !report_.secrets.empty()) return {};
    if (!report_.absent.empty()) {
      return Error{ErrorCode::kNotFound, "the secret " + name + " of " + request_.from + " is not in " + request_.to +
                                             "; it is in " + joined(report_.absent.front().regions)};
    }
    COFFER_ASSIGN(const std::vector<Copy> copies, deployment_.copies(request_.to, request_.filter));
    if (copies.empty()) return Error{ErrorCode::kNotFound, request_.to + " has no secret " + name};
    const Copy& copy = copies.front();
    if (copy.is_primary()) return {};
    const std::string followed = copy.is_region_replica() ? copy.primary_region : "another account";
    return Error{ErrorCode::kNotFound, "the secret " + name + " in " + request_.to + " is a replica of one in " +
                                           followed + ", and not of one in " + request_.from};
  }

  // There are two primaries.
  void add_rival(const Copy& here, const Elsewhere& there) {
    add(here);
    Entry& entry = report_.secrets.back();
    list_replicas(here, entry);
    if (here.lineage_epoch == there.lineage_epoch) {
      entry.rival_epoch = there.lineage_epoch;
      // A third one may have replaced both. How much newer those are that follow the other one means nothing.
      for (const auto& [region, copies] : others_)
        compare(copies, region, entry);
      entry.missed_changes.reset();
      entry.newest_in.reset();
      return;
    }
    entry.result = "Failed";
    entry.error = request_.to + " has an older one of its own, which that of " + request_.from + " has replaced";
    if (!there.regions.empty()) *entry.error += ": fail over to a region that follows it, of " + joined(there.regions);
  }

  // Somebody else, or an earlier call whose answer was lost, has done it.
  bool is_done(Deployment& deployment, Entry& entry) const {
    CopyFilter filter;
    filter.name = entry.name;
    const Result<std::vector<Copy>> copies = deployment.copies(request_.to, filter);
    if (!copies.ok() || copies->empty()) return false;
    const Copy& copy = copies->front();
    const bool is_done = copy.is_primary() && copy.arn == entry.arn && copy.lineage_epoch > entry.lineage_epoch;
    if (is_done) list_replicas(copy, entry);
    return is_done;
  }

  static void list_replicas(const Copy& promoted, Entry& entry) {
    entry.replica_regions.clear();
    for (const CopyReplica& replica : promoted.replicas)
      entry.replica_regions.push_back(replica.region);
  }

  void promote(Deployment& deployment, Entry& entry) const {
    JsonObject body;
    body.add("SecretId", entry.arn).add("FromRegion", request_.from).add("DryRun", request_.is_dry_run);
    if (entry.rival_epoch) body.add("RivalEpoch", *entry.rival_epoch);
    wire::Document answer;
    const Result<void> called = deployment.call(request_.to, "FailOverSecret", body.text(), answer);
    const Result<Promotion> promotion =
        called.ok() ? wire::decode<Promotion>(answer.root()) : Result<Promotion>(called.error());
    if (!promotion.ok() && (request_.is_dry_run || !is_done(deployment, entry))) {
      entry.result = "Failed";
      entry.error = promotion.error().message;
      return;
    }
    entry.result = request_.is_dry_run ? "WouldBePromoted" : "Promoted";
    if (promotion.ok()) list_replicas(promotion->copy, entry);
  }

  const FailoverRequest& request_;
  const std::function<Deployment()>& make_;
  const Clock& clock_;
  Deployment deployment_;
  Duration looked_{};                                                        // when the lost region was looked at first
  bool has_hung_ = false;                                                    // then, and did not say that it is down
  std::map<std::string, Elsewhere> elsewhere_;                               // secrets of the lost region
  std::vector<std::pair<std::string, std::map<std::string, Copy>>> others_;  // what each other region has, by name
  Report report_;
};

}  // namespace

Result<Outcome> fail_over(const FailoverRequest& request, const std::function<Deployment()>& make, const Clock& clock,
                          const Show& show, const Confirm& confirm) {
  Failover failover(request, make, clock);
  COFFER_TRY(failover.look());
  Report& report = failover.report();
  show(plan_of(report));
  if (!report.secrets.empty() && !request.is_dry_run) {
    const size_t count = report.secrets.size();
    COFFER_TRY(confirm("\nPromote " + counted(count, "secret") + " in " + request.to + "? What " + request.from +
                       " alone has is not in " + (count == 1 ? "it." : "them.")));
    COFFER_TRY(failover.check_is_still_lost());
  }
  failover.run();
  return outcome_of(report, request.form, text_of,
                    (report.is_dry_run ? "would be promoted in " : "promoted in ") + report.to);
}

}  // namespace coffer::cli
