#include "cli/drill_report.h"

#include <algorithm>

#include "cli/text_layout.h"

namespace coffer::cli {
namespace {

std::string seconds(int64_t milliseconds) {
  const int64_t hundredths = milliseconds / 10 % 100;
  return std::to_string(milliseconds / 1000) + (hundredths < 10 ? ".0" : ".") + std::to_string(hundredths) + " s";
}

// What the drill holds against Coffer, one sentence each.
class Verdict {
 public:
  // `count` things that must not be: what they are, as counted() says it, and more about them.
  void count(int64_t count, std::string_view one, std::string_view many, const std::string& more) {
    if (count > 0) broken_.push_back(counted(count, one, many) + more);
  }
  void add(std::string sentence) { broken_.push_back(std::move(sentence)); }
  std::vector<std::string> take() { return std::move(broken_); }

 private:
  std::vector<std::string> broken_;
};

std::string because(const std::optional<std::string>& reason) {
  return reason ? ", first of all: " + *reason : "";
}

bool has(const DrillRecord& record, const std::string& region, const DrillVersion& version) {
  const auto kept = record.kept.find(region);
  return kept != record.kept.end() && kept->second.contains(version);
}

bool is_past(const DrillRecord& record, DrillStage stage) {
  return record.stage >= stage;
}

// It is not lost before it has acknowledged its last write: cutting it off may take a person some time.
Duration loss_of(const DrillRecord& record) {
  Duration loss = record.loss_began;
  for (const DrillWrite& write : record.writes) {
    if (write.region == record.lost_region) loss = std::max(loss, write.at);
  }
  return loss;
}

// Of one write that the lost region acknowledged.
void count_lost(const DrillRecord& record, const DrillWrite& write, Duration loss, DrillReport& report,
                int64_t& unseen) {
  if (has(record, record.promoted_region, write.version)) return;
  ++*report.lost_writes;
  report.rpo_milliseconds = std::max<int64_t>(*report.rpo_milliseconds, (loss - write.at).count());
  unseen += record.shown_as_lost.contains(write.version) ? 0 : 1;
}

void count_writes(const DrillRecord& record, DrillReport& report, Verdict& verdict) {
  const Duration loss = loss_of(record);
  std::map<std::string, int64_t> missing;  // by region, of what was acknowledged after the failover
  int64_t unseen = 0;                      // lost, and nobody was told
  const bool is_settled = is_past(record, DrillStage::kSettled);
  if (is_settled) report.lost_writes = report.rpo_milliseconds = 0;
  for (const DrillWrite& write : record.writes) {
    if (write.region == record.promoted_region) {
      const int64_t took = (write.at - loss).count();
      report.rto_milliseconds = std::min(report.rto_milliseconds.value_or(took), took);
      for (const std::string& region : record.regions)
        missing[region] += has(record, region, write.version) ? 0 : 1;
      continue;
    }
    ++report.acknowledged_writes;
    if (is_settled) count_lost(record, write, loss, report, unseen);
  }
  if (report.acknowledged_writes == 0 && is_past(record, DrillStage::kLost))
    verdict.add("no write was acknowledged before the loss");
  for (const auto& [region, count] : missing) {
    if (is_settled)
      verdict.count(count, "write acknowledged after the failover is", "writes acknowledged after the failover are",
                    " not in " + region);
  }
  verdict.count(unseen, "lost write was", "lost writes were", " not shown by coffer rejoin");
  if (report.rto_milliseconds) {
    const int64_t person = (record.failover_began - loss).count();
    report.rto_without_person_milliseconds = *report.rto_milliseconds - person;
  } else if (is_past(record, DrillStage::kReturned)) {
    verdict.add("no write was acknowledged in " + record.promoted_region);
  }
}

void judge_return(const DrillRecord& record, DrillReport& report, Verdict& verdict) {
  const auto fenced = static_cast<int64_t>(record.fenced.size());
  const auto shown = std::ranges::count_if(
      record.fenced, [&record](const DrillVersion& version) { return record.shown_as_lost.contains(version); });
  report.fenced_writes = fenced;
  report.fenced_writes_shown = shown;
  report.refused_writes = record.refused_after_rejoin;
  verdict.count(record.failed_rejoins, "secret", "secrets", " did not rejoin" + because(record.first_failed_rejoin));
  const std::string early = " that " + record.lost_region + " acknowledged before it rejoined ";
  verdict.count(fenced - shown, "write" + early + "was", "writes" + early + "were", " not shown as lost");
  verdict.count(record.acknowledged_after_rejoin, "write was", "writes were",
                " acknowledged by " + record.lost_region + " although it had rejoined");
  verdict.count(record.not_refused_after_rejoin, "write", "writes",
                " got another answer of " + record.lost_region + " than a replica's refusal");
}

void judge_end(const DrillRecord& record, DrillReport& report, Verdict& verdict) {
  const std::string early = " that " + record.lost_region + " acknowledged before it rejoined ";
  for (const std::string& region : record.regions) {
    verdict.count(
        std::ranges::count_if(record.fenced, [&](const DrillVersion& version) { return has(record, region, version); }),
        "write" + early + "is", "writes" + early + "are", " in " + region);
  }
  if (!record.wrong_values.empty()) {
    verdict.count(static_cast<int64_t>(record.wrong_values.size()), "secret is", "secrets are",
                  " not the same everywhere, first of all: " + record.wrong_values.front());
  }
  if (record.in_sync) {
    report.in_sync_milliseconds = (*record.in_sync - record.returned).count();
  } else {
    verdict.add("the regions did not get in sync");
  }
}

std::string objective_of(const DrillReport& report) {
  std::string text = "\nRPO  ";
  if (report.lost_writes) {
    text += std::to_string(*report.lost_writes) + " of " + counted(report.acknowledged_writes, "acknowledged write") +
            (*report.lost_writes == 1 ? " is lost" : " are lost");
    if (*report.lost_writes > 0) text += ", the oldest " + seconds(*report.rpo_milliseconds) + " before the loss";
  } else {
    text += "not measured; " + counted(report.acknowledged_writes, "write was", "writes were") + " acknowledged";
  }
  text += "\nRTO  ";
  if (report.rto_milliseconds) {
    text += seconds(*report.rto_milliseconds) + " from the loss to the first write in " + *report.promoted_region +
            ", " + seconds(*report.rto_without_person_milliseconds) + " from when coffer failover was called\n";
  } else {
    text +=
        report.promoted_region ? "no write was acknowledged in " + *report.promoted_region + "\n" : "not measured\n";
  }
  return text;
}

std::string summary_of(const DrillReport& report) {
  std::string text;
  if (report.error)
    text += "The drill did not come to its end: " + *report.error + "\nWhat it measured until then:\n\n";
  text += report.promoted_region ? "Lost " + report.lost_region + ", failed over to " + *report.promoted_region
                                 : "Nothing was failed over from " + report.lost_region;
  for (const DrillCandidate& candidate : report.candidates)
    text += (&candidate == &report.candidates.front() ? "; changes missed: " : ", ") + candidate.region + " " +
            std::to_string(candidate.missed_changes);
  text += "\n" + objective_of(report);
  if (report.promoted_secrets && report.failover_milliseconds) {
    text += "     " + std::to_string(*report.promoted_secrets) + " of " + counted(report.secrets, "secret") +
            " promoted when coffer failover ended, after " + seconds(*report.failover_milliseconds) + "\n";
  }
  return text;
}

std::string number(int64_t value) {
  const std::string text = std::to_string(value);
  return std::string(text.size() < 12 ? 12 - text.size() : 0, ' ') + text;
}

std::string clients_of(const DrillReport& report) {
  std::string text = "\n" + padded("CLIENTS IN", 18) + "       READS      FAILED      WRITES      FAILED\n";
  for (const DrillClient& client : report.clients) {
    text += padded(client.region, 18) + number(client.reads) + number(client.failed_reads) + number(client.writes) +
            number(client.failed_writes) + "\n";
  }
  return text;
}

std::string return_of(const DrillReport& report) {
  std::string text;
  if (report.fenced_writes) {
    text += "\n" + report.lost_region + " came back and acknowledged " + counted(*report.fenced_writes, "write") +
            "; coffer rejoin showed " + std::to_string(*report.fenced_writes_shown) +
            " of them as lost.\nAfter that it refused " + counted(*report.refused_writes, "write") + ".\n";
  }
  if (report.in_sync_milliseconds)
    text += "Everything was in sync " + seconds(*report.in_sync_milliseconds) + " after it came back.\n";
  return text;
}

std::string left_of(const DrillReport& report) {
  std::string text;
  if (report.not_healed)
    text += "NOT HEALED: " + report.lost_region + " may still be cut off: " + *report.not_healed + "\n";
  for (const DrillLeftover& left : report.left_behind)
    text += "LEFT BEHIND: " + left.name + " in " + left.region + ": " + left.reason + "\n";
  if (!report.clean_up_commands.empty()) text += "To clean up:\n";
  for (const std::string& command : report.clean_up_commands)
    text += "  " + command + "\n";
  return text;
}

}  // namespace

std::vector<DrillCandidate> candidates_of(const std::vector<std::string>& regions,
                                          const std::map<std::string, std::vector<Copy>>& copies) {
  std::map<std::string, int64_t> newest;  // generations, by name
  for (const auto& [region, list] : copies) {
    for (const Copy& copy : list)
      newest[copy.name] = std::max(newest[copy.name], copy.generation);
  }
  std::vector<DrillCandidate> candidates;
  for (const std::string& region : regions) {
    const auto found = copies.find(region);
    if (found == copies.end() || found->second.empty()) continue;
    std::map<std::string, int64_t> missed = newest;
    for (const Copy& copy : found->second)
      missed[copy.name] -= copy.generation;
    DrillCandidate candidate{.region = region};
    for (const auto& [name, changes] : missed)
      candidate.missed_changes += changes;
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

DrillReport report_of(const DrillRecord& record) {
  DrillReport report{.error = record.error,
                     .lost_region = record.lost_region,
                     .promoted_region = {},
                     .candidates = record.candidates,
                     .secrets = record.secrets,
                     .promoted_secrets = {},
                     .lost_writes = {},
                     .rpo_milliseconds = {},
                     .rto_milliseconds = {},
                     .rto_without_person_milliseconds = {},
                     .failover_milliseconds = {},
                     .clients = record.clients,
                     .fenced_writes = {},
                     .fenced_writes_shown = {},
                     .refused_writes = {},
                     .in_sync_milliseconds = {},
                     .broken = {},
                     .not_healed = record.not_healed,
                     .left_behind = record.left_behind,
                     .clean_up_commands = record.clean_up_commands};
  if (!record.promoted_region.empty()) report.promoted_region = record.promoted_region;
  Verdict verdict;
  for (const DrillClient& client : record.clients) {
    if (client.region == record.lost_region) continue;
    verdict.count(client.failed_reads, "read", "reads",
                  " failed in " + client.region + ", first of all: " + client.first_failed_read.value_or("no answer"));
    if (client.reads == 0 && is_past(record, DrillStage::kLost)) verdict.add("nothing was read in " + client.region);
  }
  if (is_past(record, DrillStage::kFailedOver)) {
    report.promoted_secrets = record.secrets - record.failed_promotions;
    report.failover_milliseconds = (record.failover_done - record.failover_began).count();
    verdict.count(record.failed_promotions, "secret was", "secrets were",
                  " not promoted" + because(record.first_failed_promotion));
  }
  count_writes(record, report, verdict);
  if (is_past(record, DrillStage::kRejoined)) judge_return(record, report, verdict);
  if (is_past(record, DrillStage::kSettled)) judge_end(record, report, verdict);
  report.broken = verdict.take();
  return report;
}

std::string drill_text(const DrillReport& report, Form form) {
  if (form == Form::kJson) {
    return json_text_of_shape(report);
  }
  std::string text = summary_of(report) + clients_of(report) + return_of(report) + "\n";
  for (const std::string& sentence : report.broken)
    text += "BROKEN: " + sentence + "\n";
  text += left_of(report);
  return report.is_good() ? text + "Nothing that was promised broke.\n" : text;
}

}  // namespace coffer::cli
