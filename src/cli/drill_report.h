// What a drill saw, and what that says of a deployment: how much is lost with a region, how long nobody can write, and
// whether anything broke that Coffer promises. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/deployment.h"
#include "wire/shape.h"

namespace coffer::cli {

// One version of one secret.
struct DrillVersion {
  std::string name;
  std::string version_id;
  auto operator<=>(const DrillVersion&) const = default;
};
using DrillVersions = std::set<DrillVersion>;

// A write that a region has acknowledged.
struct DrillWrite {
  DrillVersion version;
  std::string region;
  Duration at;  // when the client had the answer
};

// What the clients in a region met with.
struct DrillClient {
  std::string region;
  int64_t reads = 0;  // that succeeded, at the region's own endpoint
  int64_t failed_reads = 0;
  int64_t writes = 0;  // that succeeded, in the region of the primaries
  int64_t failed_writes = 0;
  std::optional<std::string> first_failed_read;
  static constexpr wire::Field kFields[] = {wire::field<&DrillClient::region>("Region"),
                                            wire::field<&DrillClient::reads>("Reads"),
                                            wire::field<&DrillClient::failed_reads>("FailedReads"),
                                            wire::field<&DrillClient::writes>("Writes"),
                                            wire::field<&DrillClient::failed_writes>("FailedWrites"),
                                            wire::field<&DrillClient::first_failed_read>("FirstFailedRead")};
};

// A region that could have been failed over to, and how many changes it missed of those that any other has.
struct DrillCandidate {
  std::string region;
  int64_t missed_changes = 0;
  static constexpr wire::Field kFields[] = {wire::field<&DrillCandidate::region>("Region"),
                                            wire::field<&DrillCandidate::missed_changes>("MissedChanges")};
};

// A secret that a drill made and could not delete. Without a role: a region that could not be asked for its copies.
struct DrillLeftover {
  std::string region;
  std::string name;
  std::string role{};  // "Primary", "Replica"
  std::vector<std::string> replica_regions{};
  std::string reason{};
  static constexpr wire::Field kFields[] = {
      wire::field<&DrillLeftover::region>("Region"), wire::field<&DrillLeftover::name>("Name"),
      wire::field<&DrillLeftover::role>("Role"), wire::field<&DrillLeftover::replica_regions>("ReplicaRegions"),
      wire::field<&DrillLeftover::reason>("Reason")};
};

// What a drill has behind it. One that ends early is judged by what it did until then.
enum class DrillStage : uint8_t { kBegun, kTraffic, kLost, kFailedOver, kReturned, kRejoined, kSettled };

// Times are of a monotonic clock.
struct DrillRecord {
  DrillStage stage = DrillStage::kBegun;
  std::optional<std::string> error{};  // why it ended early
  std::string lost_region;
  std::string promoted_region;  // empty: none yet
  std::vector<std::string> regions;
  int64_t secrets = 0;
  std::vector<DrillCandidate> candidates;
  Duration loss_began{};  // cutting it off; what it acknowledges after that it still has
  Duration failover_began{};
  Duration failover_done{};
  Duration returned{};  // the lost region was started again
  std::optional<Duration> in_sync;
  std::vector<DrillClient> clients;
  std::vector<DrillWrite> writes;             // of these clients
  DrillVersions fenced;                       // acknowledged by the returned region before it rejoined
  DrillVersions shown_as_lost;                // by coffer rejoin
  int64_t refused_after_rejoin = 0;           // writes to the returned region
  int64_t acknowledged_after_rejoin = 0;      // likewise
  int64_t not_refused_after_rejoin = 0;       // which got another answer, or none
  std::map<std::string, DrillVersions> kept;  // at the end, of each region
  int64_t failed_promotions = 0;
  int64_t failed_rejoins = 0;
  std::optional<std::string> first_failed_promotion{};  // why
  std::optional<std::string> first_failed_rejoin{};
  std::vector<std::string> wrong_values;    // of secrets that clients do not read alike everywhere
  std::optional<std::string> not_healed{};  // why the region may still be cut off
  std::vector<DrillLeftover> left_behind{};
  std::vector<std::string> clean_up_commands{};  // for these
};

// What is absent was not measured: the drill ended before.
struct DrillReport {
  std::optional<std::string> error;  // why it ended before its end
  std::string lost_region;
  std::optional<std::string> promoted_region;
  std::vector<DrillCandidate> candidates;
  int64_t secrets = 0;
  std::optional<int64_t> promoted_secrets;
  int64_t acknowledged_writes = 0;          // by the lost region
  std::optional<int64_t> lost_writes;       // of these; RPO
  std::optional<int64_t> rpo_milliseconds;  // how long before the loss the oldest of these was acknowledged
  std::optional<int64_t> rto_milliseconds;  // to the first write that the promoted region acknowledged
  std::optional<int64_t> rto_without_person_milliseconds;  // likewise, from when coffer failover was called
  std::optional<int64_t> failover_milliseconds;            // until every secret was promoted
  std::vector<DrillClient> clients;
  std::optional<int64_t> fenced_writes;         // split brain: acknowledged by the returned region before it rejoined
  std::optional<int64_t> fenced_writes_shown;   // as lost, before they were given up
  std::optional<int64_t> refused_writes;        // by the returned region after it rejoined
  std::optional<int64_t> in_sync_milliseconds;  // from the return of the region
  std::vector<std::string> broken;              // promises; none is how it must be
  std::optional<std::string> not_healed;        // why the region may still be cut off
  std::vector<DrillLeftover> left_behind;       // of a deployment that others use: none is how it must be
  std::vector<std::string> clean_up_commands;   // for these

  bool is_good() const { return !error && !not_healed && broken.empty() && left_behind.empty(); }

  static constexpr wire::Field kFields[] = {
      wire::field<&DrillReport::error>("Error"),
      wire::field<&DrillReport::lost_region>("LostRegion"),
      wire::field<&DrillReport::promoted_region>("PromotedRegion"),
      wire::field<&DrillReport::candidates>("Candidates"),
      wire::field<&DrillReport::secrets>("Secrets"),
      wire::field<&DrillReport::promoted_secrets>("PromotedSecrets"),
      wire::field<&DrillReport::acknowledged_writes>("AcknowledgedWrites"),
      wire::field<&DrillReport::lost_writes>("LostWrites"),
      wire::field<&DrillReport::rpo_milliseconds>("RpoMilliseconds"),
      wire::field<&DrillReport::rto_milliseconds>("RtoMilliseconds"),
      wire::field<&DrillReport::rto_without_person_milliseconds>("RtoWithoutPersonMilliseconds"),
      wire::field<&DrillReport::failover_milliseconds>("FailoverMilliseconds"),
      wire::field<&DrillReport::clients>("Clients"),
      wire::field<&DrillReport::fenced_writes>("FencedWrites"),
      wire::field<&DrillReport::fenced_writes_shown>("FencedWritesShown"),
      wire::field<&DrillReport::refused_writes>("RefusedWrites"),
      wire::field<&DrillReport::in_sync_milliseconds>("InSyncMilliseconds"),
      wire::field<&DrillReport::broken>("Broken"),
      wire::field<&DrillReport::not_healed>("NotHealed"),
      wire::field<&DrillReport::left_behind>("LeftBehind"),
      wire::field<&DrillReport::clean_up_commands>("CleanUpCommands")};
};

// Of the copies that each region has of the same secrets, in the order of `regions`; those without copies are left out.
std::vector<DrillCandidate> candidates_of(const std::vector<std::string>& regions,
                                          const std::map<std::string, std::vector<Copy>>& copies);

DrillReport report_of(const DrillRecord& record);

// To print, with a line end.
std::string drill_text(const DrillReport& report, Form form);

}  // namespace coffer::cli
