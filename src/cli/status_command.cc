#include "cli/status_command.h"

#include <algorithm>

#include "cli/several.h"
#include "cli/text_layout.h"

namespace coffer::cli {
namespace {

struct Report {
  std::string region;
  std::optional<RegionStatus> status;
  std::optional<std::string> error;
  static constexpr wire::Field kFields[] = {wire::field<&Report::region>("Region"),
                                            wire::field<&Report::status>("Status"),
                                            wire::field<&Report::error>("Error")};
};

struct Reports {
  std::vector<Report> regions;
  static constexpr wire::Field kFields[] = {wire::field<&Reports::regions>("Regions")};
};

std::string seconds_text(int64_t tenths) {
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string waited(const LinkStatus& link, Time now) {
  if (link.waiting == 0) return "nothing waiting";
  std::string text = std::to_string(link.waiting) + (link.waiting >= 10'000 ? " or more" : "") + " waiting";
  if (!link.waiting_since) return text;
  return text + ", oldest for " + seconds_text(std::max<int64_t>(0, (now - *link.waiting_since).count() / 100));
}

// How far what has come from the others may be behind: a bound, and so rounded up.
std::string lags(const RegionStatus& status) {
  std::string text;
  for (const LinkStatus& link : status.links) {
    text.append(text.empty() ? "" : ", ").append(link.region).append(" ");
    text += link.lag_milliseconds ? seconds_text((*link.lag_milliseconds + 99) / 100) : "unknown";
    if (const int64_t behind = link.behind.value_or(0)) text += " (but not " + counted(behind, "copy", "copies") + ")";
  }
  return text.empty() ? "" : "  lag of copies: " + text + "\n";
}

std::string summary(const RegionStatus& status) {
  int64_t waiting = 0;
  bool is_failing = false;
  for (const LinkStatus& link : status.links) {
    waiting += link.waiting;
    is_failing = is_failing || link.last_error;
  }
  if (waiting > 0) return counted(waiting, "change") + " waiting";
  return is_failing ? "nothing waiting" : "in sync";
}

std::string row(const std::string& region, std::string_view state, std::string_view version, std::string_view seal,
                std::string_view rest) {
  return padded(region, 17) + " " + padded(state, 10) + " " + padded(version, 9) + " " + padded(seal, 15) + " " +
         std::string(rest) + "\n";
}

std::string text_of(const Reports& reports) {
  std::string text;
  const RegionStatus* newest = nullptr;
  for (const Report& report : reports.regions) {
    if (report.status && (newest == nullptr || report.status->home_epoch > newest->home_epoch))
      newest = &*report.status;
  }
  if (newest != nullptr) {
    text += "home of identities " + newest->home_region + " since epoch " + std::to_string(newest->home_epoch) + "\n\n";
  }
  text += row("REGION", "STATE", "VERSION", "SEAL", "REPLICATION TO OTHERS");
  for (const Report& report : reports.regions) {
    if (!report.status) {
      text += row(report.region, "silent", "-", "-", "-") + "  " + *report.error + "\n";
      continue;
    }
    const RegionStatus& status = *report.status;
    text +=
        row(status.region, status.can_commit ? "serves" : "read-only", status.version, status.seal, summary(status));
    text += lags(status);
    for (const LinkStatus& link : status.links) {
      if (link.waiting == 0 && !link.last_error) continue;
      text += "  to " + padded(link.region, 15) + " " + waited(link, status.now) +
              (link.last_error ? ": " + *link.last_error : "") + "\n";
    }
    for (const RemovedRegion& removed : status.being_forgotten.value_or(std::vector<RemovedRegion>()))
      text += "  " + removed.region + " was removed, and is being taken out of what was replicated to it\n";
  }
  return text;
}

// Of a region that does not exist nobody answers, or another that the signature is not for it, which helps nobody who
// has mistyped a name.
Error complaint(const std::string& region, Error error, Deployment& deployment) {
  if (error.code == ErrorCode::kServiceUnavailable) {
    error.message += " (--region names another region to ask)";
    return error;
  }
  if (region.empty()) return error;
  const Result<RegionStatus> other = deployment.status("");  // the environment's
  if (!other.ok() || std::ranges::find(other->regions, region) != other->regions.end()) return error;
  return {ErrorCode::kUsage, region + " is no region of this deployment, which has " + joined(other->regions)};
}

}  // namespace

Result<std::string> show_status(const std::string& region, Form form, const std::function<Deployment()>& make) {
  Deployment deployment = make();
  const Result<RegionStatus> asked = deployment.status(region);
  if (!asked.ok()) return complaint(region, asked.error(), deployment);
  std::vector<std::string> names = asked->regions;
  std::ranges::sort(names);
  Reports reports;
  for (const std::string& name : names)
    reports.regions.push_back({.region = name, .status = {}, .error = {}});
  // At once, because one that hangs is waited for.
  for_each_at_once<Report>(reports.regions, make, [&asked](Deployment& own, Report& report) {
    Result<RegionStatus> status = report.region == asked->region ? asked : own.status(report.region);
    if (status.ok()) {
      report.status = std::move(*status);
    } else {
      report.error = status.error().message;
    }
  });
  if (form == Form::kText) return text_of(reports);
  return json_text_of_shape(reports);
}

}  // namespace coffer::cli
