#include "cli/rejoin_command.h"

#include <algorithm>
#include <map>

#include "base/time_text.h"
#include "cli/outcome.h"
#include "cli/several.h"
#include "cli/text_layout.h"

namespace coffer::cli {
namespace {

struct Entry {
  std::string name;
  std::string arn;
  std::string primary_region;
  int64_t generation = 0;
  std::optional<std::string> kms_key_id;       // of the region, which it keeps
  std::vector<CopyVersion> lost_versions;      // which the promoted copy does not have
  std::vector<std::string> following_regions;  // as far as the region knows: they must follow the promoted one first
  std::optional<std::string> cross_account_replica;  // the ARN of what stops following
  std::optional<Time> deletion_date;                 // when the region deletes it
  std::string result;                                // "Rejoined", "WouldRejoin", "Failed"
  std::optional<std::string> error;
  static constexpr wire::Field kFields[] = {wire::field<&Entry::name>("Name"),
                                            wire::field<&Entry::arn>("ARN"),
                                            wire::field<&Entry::primary_region>("PrimaryRegion"),
                                            wire::field<&Entry::generation>("Generation"),
                                            wire::field<&Entry::kms_key_id>("KmsKeyId"),
                                            wire::field<&Entry::lost_versions>("LostVersions"),
                                            wire::field<&Entry::following_regions>("FollowingRegions"),
                                            wire::field<&Entry::cross_account_replica>("CrossAccountReplica"),
                                            wire::field<&Entry::deletion_date>("DeletionDate"),
                                            wire::field<&Entry::result>("Result"),
                                            wire::field<&Entry::error>("Error")};
  bool is_primary_still = true;                 // false: only the promoted one must be told to send
  bool is_listed = false;                       // the promoted one has the region among its replicas
  std::vector<CopyReplica> unlisted_regions{};  // of those that follow, to which it is not replicated
};

struct Report {
  std::string region;
  bool is_dry_run = false;
  std::vector<UnknownRegion> unknown_regions;
  int64_t undecided = 0;  // primaries here that may have been promoted in such a region
  std::vector<Entry> secrets;
  static constexpr wire::Field kFields[] = {
      wire::field<&Report::region>("Region"), wire::field<&Report::is_dry_run>("DryRun"),
      wire::field<&Report::unknown_regions>("UnknownRegions"), wire::field<&Report::undecided>("Undecided"),
      wire::field<&Report::secrets>("Secrets")};
};

CopyFilter filter_of(const RejoinRequest& request) {
  CopyFilter filter;
  filter.name = request.secret;
  filter.name_prefix = request.prefix;
  return filter;
}

const CopyReplica* replica_in(const Copy& copy, const std::string& region) {
  const auto found = std::ranges::find(copy.replicas, region, &CopyReplica::region);
  return found == copy.replicas.end() ? nullptr : &*found;
}

// One id may name two values: of a client that counts, in either region.
bool has_version(const Copy& copy, const CopyVersion& version) {
  return std::ranges::any_of(copy.versions, [&version](const CopyVersion& other) {
    return other.version_id == version.version_id && other.created_date == version.created_date;
  });
}

std::string text_of(const Entry& entry) {
  std::string text = padded(entry.name, 30) + "  replica of " + entry.primary_region;
  if (entry.error) return text + "  FAILED: " + *entry.error + "\n";
  if (!entry.is_primary_still) return text + "  already; is to be sent\n";
  if (entry.deletion_date) text += "  PENDING DELETION here, on " + iso_extended_seconds(*entry.deletion_date);
  if (entry.cross_account_replica) text += "  followed by " + *entry.cross_account_replica;
  if (!entry.following_regions.empty()) {
    text += "  once these follow as well:";
    for (const std::string& region : entry.following_regions)
      text += " " + region;
  }
  if (entry.lost_versions.empty()) return text + "  no version is lost\n";
  text += "  LOST:\n";
  for (const CopyVersion& version : entry.lost_versions) {
    text += "    " + version.version_id + " of " + iso_extended_seconds(version.created_date);
    for (const std::string& stage : version.version_stages)
      text += " " + stage;
    text += "\n";
  }
  return text;
}

class Rejoin {
 public:
  Rejoin(const RejoinRequest& request, const std::function<Deployment()>& make)
      : request_(request), make_(make), deployment_(make()) {}

  Result<void> look() {
    report_.region = request_.region;
    report_.is_dry_run = request_.is_dry_run;
    COFFER_ASSIGN(const RegionStatus status, deployment_.status(request_.region));
    CopyFilter filter = filter_of(request_);
    COFFER_ASSIGN(const std::vector<Copy> copies, deployment_.copies(request_.region, filter));
    std::map<std::string, Copy> primaries;  // of all other regions
    for (const std::string& region : status.regions) {
      if (region == request_.region) continue;
      filter.primary_region = region;
      Result<std::vector<Copy>> others = deployment_.copies(region, filter);
      if (!others.ok()) {
        report_.unknown_regions.push_back({region, others.error().message});
        continue;
      }
      for (Copy& copy : *others) {
        if (!copy.is_primary()) continue;
        const std::string secret = copy.identity();
        const auto known = primaries.find(secret);
        if (known == primaries.end() || known->second.lineage_epoch < copy.lineage_epoch) primaries[secret] = copy;
      }
    }
    for (const Copy& copy : copies) {
      const auto primary = primaries.find(copy.identity());
      if (primary != primaries.end()) {
        consider(copy, primary->second);
      } else if (may_be_replaced(copy)) {
        ++report_.undecided;
      }
    }
    const bool has_rejoined = !copies.empty() && copies.front().is_region_replica();
    if (!report_.secrets.empty() || request_.secret.empty() || has_rejoined) return {};
    return Error{ErrorCode::kNotFound, copies.empty() ? request_.region + " has no secret " + request_.secret
                                                      : "no other region that answers has a promoted copy of " +
                                                            request_.secret + " that it would have to follow"};
  }

  Report& report() { return report_; }

  // Brings every region that follows what is to be given up to the promoted secret, so that none is left without a
  // primary. What does not get there is refused by the region.
  void bring_others(const Wait& wait) {
    for_each_at_once<Entry>(report_.secrets, make_, [](Deployment& deployment, Entry& entry) {
      if (entry.unlisted_regions.empty()) return;
      const Result<void> added = replicate(deployment, entry, entry.unlisted_regions);
      if (!added.ok()) fail(entry, added.error());
    });
    while (ask_others() && wait()) {
    }
  }

  void run() {
    for_each_at_once<Entry>(report_.secrets, make_, [this](Deployment& deployment, Entry& entry) {
      if (entry.error) return;
      const Result<void> done = rejoin(deployment, entry);
      entry.result = !done.ok() ? "Failed" : request_.is_dry_run ? "WouldRejoin" : "Rejoined";
      if (!done.ok()) fail(entry, done.error());
    });
  }

 private:
  bool may_be_replaced(const Copy& copy) const {
    return copy.is_primary() && std::ranges::any_of(report_.unknown_regions, [&copy](const UnknownRegion& unknown) {
             return replica_in(copy, unknown.region) != nullptr;
           });
  }

  static void fail(Entry& entry, const Error& error) {
    entry.result = "Failed";
    entry.error = error.message;
  }

  // What the region knows of others it knows from sending to them. True if some still seem to follow it.
  bool ask_others() {
    const auto is_asked = [](const Entry& entry) { return !entry.error && !entry.following_regions.empty(); };
    if (std::ranges::none_of(report_.secrets, is_asked)) return false;
    const CopyFilter filter = filter_of(request_);
    // Of all at once: the region reads its whole list whichever of them it is asked for.
    Deployment fresh = make_();  // a person may have thought for long
    const Result<std::vector<Copy>> copies = fresh.copies(request_.region, filter);
    if (!copies.ok()) return true;
    std::map<std::string_view, const Copy*> by_name;
    for (const Copy& copy : *copies)
      by_name.emplace(copy.name, &copy);
    for_each_at_once<Entry>(report_.secrets, make_, [&](Deployment& deployment, Entry& entry) {
      const auto here = is_asked(entry) ? by_name.find(entry.name) : by_name.end();
      if (here != by_name.end()) ask_others(deployment, *here->second, entry);
    });
    return std::ranges::any_of(report_.secrets, is_asked);
  }

  void ask_others(Deployment& deployment, const Copy& here, Entry& entry) const {
    std::erase_if(entry.following_regions, [&here](const std::string& region) {
      const CopyReplica* const replica = replica_in(here, region);
      return replica == nullptr || replica->replaced_by;
    });
    for (const std::string& region : entry.following_regions) {
      if (replica_in(here, region)->status == "InProgress") continue;
      const Result<void> asked = send_again(deployment, entry, request_.region, region);
      if (!asked.ok()) fail(entry, asked.error());
    }
  }

  void consider(const Copy& here, const Copy& primary) {
    const CopyReplica* const listed = replica_in(primary, request_.region);
    Entry entry{.name = here.name,
                .arn = here.arn,
                .primary_region = primary.primary_region,
                .generation = here.generation,
                .kms_key_id = here.kms_key_id,
                .deletion_date = here.deletion_date,
                .is_primary_still = here.is_primary(),
                .is_listed = listed != nullptr};
    if (here.is_primary()) {
      if (here.lineage_epoch > primary.lineage_epoch) return;
      if (here.lineage_epoch == primary.lineage_epoch) {
        const std::string& there = primary.primary_region;
        fail(entry, {ErrorCode::kConflict, "it was promoted here and in " + there +
                                               ", and somebody has to say which of the two counts. That there: coffer "
                                               "failover --from " +
                                               request_.region + " --to " + there + " --secret " + here.name +
                                               " --force; this one: the same with the regions in turn"});
        report_.secrets.push_back(std::move(entry));
        return;
      }
      entry.cross_account_replica = here.cross_account_replica;
      for (const CopyVersion& version : here.versions) {
        if (!has_version(primary, version)) entry.lost_versions.push_back(version);
      }
      for (const CopyReplica& replica : here.replicas) {
        if (replica.replaced_by) continue;
        entry.following_regions.push_back(replica.region);
        const bool is_known =
            replica.region == primary.primary_region || replica_in(primary, replica.region) != nullptr;
        if (!is_known) entry.unlisted_regions.push_back(replica);
      }
    } else {
      // Of an earlier attempt that was broken off.
      const bool is_waiting = listed == nullptr || listed->status == "Failed";
      if (here.primary_region != primary.primary_region || !is_waiting) return;
    }
    report_.secrets.push_back(std::move(entry));
  }

  // A dry run cannot know how that ends.
  bool is_unsettled(const Entry& entry) const { return request_.is_dry_run && !entry.following_regions.empty(); }

  Result<void> rejoin(Deployment& deployment, const Entry& entry) const {
    COFFER_TRY(give_up(deployment, entry));
    return request_.is_dry_run ? Result<void>() : send(deployment, entry);
  }

  Result<void> give_up(Deployment& deployment, const Entry& entry) const {
    if (!entry.is_primary_still || is_unsettled(entry)) return {};
    JsonObject body;
    body.add("SecretId", entry.arn)
        .add("PrimaryRegion", entry.primary_region)
        .add("Generation", entry.generation)
        .add("DryRun", request_.is_dry_run);
    wire::Document answer;
    return deployment.call(request_.region, "RejoinSecret", body.text(), answer);
  }

  Result<void> send(Deployment& deployment, const Entry& entry) const {
    if (!entry.is_listed) {
      CopyReplica here;
      here.region = request_.region;
      here.kms_key_id = entry.kms_key_id;
      return replicate(deployment, entry, {here});
    }
    return send_again(deployment, entry, entry.primary_region, request_.region);
  }

  static Result<void> send_again(Deployment& deployment, const Entry& entry, const std::string& from,
                                 const std::string& to) {
    wire::Document answer;
    JsonObject body;
    body.add("SecretId", entry.name).add("ReplicaRegion", to);
    return deployment.call(from, "RetryReplication", body.text(), answer);
  }

  static Result<void> replicate(Deployment& deployment, const Entry& entry, const std::vector<CopyReplica>& replicas) {
    std::string list;
    for (const CopyReplica& replica : replicas) {
      JsonObject added;
      added.add("Region", replica.region);
      if (replica.kms_key_id) added.add("KmsKeyId", *replica.kms_key_id);
      list.append(list.empty() ? "" : ", ").append(added.text());
    }
    JsonObject body;
    body.add("SecretId", entry.name).add_json("AddReplicaRegions", "[" + list + "]");
    const std::string text = body.text();
    wire::Document answer;
    return deployment.call(entry.primary_region,
                           {.service = "secretsmanager",
                            .target_prefix = "secretsmanager",
                            .operation = "ReplicateSecretToRegions",
                            .body = text},
                           answer);
  }

  const RejoinRequest& request_;
  const std::function<Deployment()>& make_;
  Deployment deployment_;
  Report report_;
};

std::string plan_of(const Report& report) {
  std::string text;
  for (const Entry& entry : report.secrets)
    text += text_of(entry);
  const auto has_follower = [](const Entry& entry) { return entry.cross_account_replica.has_value(); };
  const auto followed = static_cast<size_t>(std::ranges::count_if(report.secrets, has_follower));
  if (followed > 0) {
    text += counted(followed, "secret has", "secrets have") +
            " a replica in another account: it stops following. Associate others where the "
            "promoted secrets are.\n";
  }
  for (const UnknownRegion& unknown : report.unknown_regions)
    text += "What was promoted in " + unknown.region + " is not known: " + unknown.reason + "\n";
  if (report.undecided > 0) {
    text += counted(report.undecided, "secret is a primary", "secrets are primaries") +
            " here, and may have been promoted there.\n";
  }
  return text;
}

}  // namespace

Result<Outcome> rejoin(const RejoinRequest& request, const std::function<Deployment()>& make, const Operator& by) {
  Rejoin rejoining(request, make);
  COFFER_TRY(rejoining.look());
  Report& report = rejoining.report();
  by.show(plan_of(report));
  if (!report.secrets.empty() && !request.is_dry_run) {
    const size_t count = report.secrets.size();
    COFFER_TRY(by.confirm(
        "\nMake " + counted(count, "secret") + " in " + request.region + (count == 1 ? " a replica" : " replicas") +
        "? Versions, labels, tags, policies and rotation settings that only " + request.region + " has are lost."));
    rejoining.bring_others(by.wait);
  }
  rejoining.run();
  Outcome outcome = outcome_of(report, request.form, text_of,
                               (report.is_dry_run ? "would rejoin in " : "rejoined in ") + report.region);
  outcome.failed += static_cast<size_t>(report.undecided);
  return outcome;
}

}  // namespace coffer::cli
