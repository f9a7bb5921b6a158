#include "cli/drill_secrets.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/time_text.h"
#include "cli/several.h"

namespace coffer::cli {
namespace {

constexpr Duration kOrphanAfter = std::chrono::seconds(15);  // copies are deleted in the background
constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr size_t kSuffix = 4;
constexpr size_t kTime = 16;  // "20261129T151000Z"

Result<void> call(Deployment& deployment, const std::string& region, std::string_view operation,
                  const JsonObject& body) {
  const std::string text = body.text();
  wire::Document answer;
  return deployment.call(
      region, {.service = "secretsmanager", .target_prefix = "secretsmanager", .operation = operation, .body = text},
      answer);
}

Result<void> promote(Deployment& deployment, const std::string& region, const Copy& copy) {
  JsonObject body;
  body.add("SecretId", copy.name);
  return call(deployment, region, "StopReplicationToReplica", body);
}

Result<void> erase(Deployment& deployment, const std::string& region, const Copy& copy) {
  if (!copy.replicas.empty()) {
    std::string list;
    for (const CopyReplica& replica : copy.replicas)
      list += (list.empty() ? "\"" : ", \"") + replica.region + "\"";
    JsonObject body;
    body.add("SecretId", copy.name).add_json("RemoveReplicaRegions", "[" + list + "]");
    COFFER_TRY(call(deployment, region, "RemoveRegionsFromReplication", body));
  }
  JsonObject body;
  body.add("SecretId", copy.name).add("ForceDeleteWithoutRecovery", true);
  return call(deployment, region, "DeleteSecret", body);
}

// A copy that something is done to.
struct Found {
  std::string region;
  Copy copy;
  Result<void> done;
};

class Cleaning {
 public:
  explicit Cleaning(const DrillCleaning& request)
      : request_(request), deployment_(request.make()), begin_(request.clock.monotonic()) {}

  std::vector<DrillLeftover> run() {
    do {
      look();
      if (found_.empty() && unknown_.empty()) break;
      for_each_at_once<Found>(found_, request_.make, [this](Deployment& deployment, Found& found) {
        if (found.copy.is_primary()) {
          found.done = erase(deployment, found.region, found.copy);
        } else if (is_orphan(found.copy)) {
          found.done = promote(deployment, found.region, found.copy);
        }
      });
    } while (age() < request_.patience && request_.wait());
    return leftovers();
  }

 private:
  Duration age() const { return request_.clock.monotonic() - begin_; }

  void look() {
    found_.clear();
    unknown_.clear();
    primaries_.clear();
    for (const std::string& region : request_.regions) {
      Result<std::vector<Copy>> copies = find_drill_copies(deployment_, region, request_.prefix);
      if (!copies.ok()) {
        unknown_[region] = copies.error().message;
        continue;
      }
      for (Copy& copy : *copies) {
        if (copy.is_primary()) primaries_.insert(copy.name);
        found_.push_back({.region = region, .copy = std::move(copy), .done = {}});
      }
    }
  }

  // Nobody is left who would have it deleted.
  bool is_orphan(const Copy& copy) const {
    return unknown_.empty() && !primaries_.contains(copy.name) && age() > kOrphanAfter;
  }

  // Of what the last look found, which the last attempt may have deleted.
  std::vector<DrillLeftover> leftovers() {
    const std::vector<Found> tried = std::move(found_);
    if (!tried.empty()) look();
    std::map<std::pair<std::string, std::string>, std::string> reasons;
    for (const Found& found : tried) {
      if (!found.done.ok()) reasons[{found.region, found.copy.name}] = found.done.error().message;
    }
    std::vector<DrillLeftover> left;
    for (const Found& found : found_) {
      const auto reason = reasons.find({found.region, found.copy.name});
      DrillLeftover one{.region = found.region, .name = found.copy.name, .role = found.copy.role};
      for (const CopyReplica& replica : found.copy.replicas)
        one.replica_regions.push_back(replica.region);
      one.reason = found.copy.is_primary() ? "there was no time" : "its primary is in " + found.copy.primary_region;
      if (reason != reasons.end()) one.reason = reason->second;
      left.push_back(std::move(one));
    }
    for (const auto& [region, reason] : unknown_)
      left.push_back(
          {.region = region, .name = request_.prefix + "*", .role = {}, .replica_regions = {}, .reason = reason});
    return left;
  }

  const DrillCleaning& request_;
  Deployment deployment_;
  const Duration begin_;
  std::vector<Found> found_;
  std::set<std::string> primaries_;             // names
  std::map<std::string, std::string> unknown_;  // why nobody knows what the region has
};

}  // namespace

std::string new_drill_prefix(Time now, Random& random) {
  return std::string(kDrillPrefix) + iso_basic(now) + "-" + random.text(kSuffix, kAlphabet) + "/";
}

bool is_drill_name(std::string_view name) {
  if (!name.starts_with(kDrillPrefix)) return false;
  name.remove_prefix(kDrillPrefix.size());
  const auto is_of = [](std::string_view text, std::string_view alphabet) {
    return !text.empty() && text.find_first_not_of(alphabet) == text.npos;
  };
  return name.size() > kTime + kSuffix + 2 && parse_iso_basic(name.substr(0, kTime)) && name[kTime] == '-' &&
         is_of(name.substr(kTime + 1, kSuffix), kAlphabet) && name[kTime + 1 + kSuffix] == '/' &&
         is_of(name.substr(kTime + kSuffix + 2), "0123456789");
}

Result<std::vector<Copy>> find_drill_copies(Deployment& deployment, const std::string& region,
                                            const std::string& prefix) {
  CopyFilter filter;
  filter.name_prefix = prefix;
  COFFER_ASSIGN(std::vector<Copy> copies, deployment.copies(region, filter));
  std::erase_if(copies, [](const Copy& copy) { return !is_drill_name(copy.name); });
  return copies;
}

std::vector<DrillLeftover> delete_drill_secrets(const DrillCleaning& cleaning) {
  return Cleaning(cleaning).run();
}

std::vector<std::string> commands_to_delete(const std::vector<DrillLeftover>& leftovers, const UrlOf& url_of) {
  std::vector<std::string> commands;
  for (const DrillLeftover& left : leftovers) {
    if (left.role.empty()) continue;
    const std::string begin = "aws --endpoint-url " + url_of(left.region) + " secretsmanager ";
    const std::string end = " --region " + left.region + " --secret-id " + left.name;
    if (left.role != "Primary") commands.push_back(begin + "stop-replication-to-replica" + end);
    if (!left.replica_regions.empty()) {
      std::string regions;
      for (const std::string& region : left.replica_regions)
        regions += " " + region;
      commands.push_back(begin + "remove-regions-from-replication" + end + " --remove-replica-regions" + regions);
    }
    commands.push_back(begin + "delete-secret" + end + " --force-delete-without-recovery");
  }
  return commands;
}

}  // namespace coffer::cli
