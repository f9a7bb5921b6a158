#include "cli/drill_plan.h"

#include <algorithm>

#include "cli/drill_secrets.h"
#include "cli/drill_traffic.h"
#include "cli/text_layout.h"

namespace coffer::cli {
namespace {

constexpr size_t kMostRegions = 5;  // a secret has at most four replicas, see RegionConfig::Limits

Error usage(std::string message) {
  return {ErrorCode::kUsage, std::move(message)};
}

std::string list_of(const std::vector<std::string>& names, const std::string& without = {}) {
  std::string text;
  for (const std::string& name : names) {
    if (name != without) text.append(text.empty() ? "" : ", ").append(name);
  }
  return text;
}

// What no region answers in its place.
template <class Answer>
Result<Answer> required(Result<Answer> answer) {
  if (answer.ok() || answer.error().code != ErrorCode::kServiceUnavailable) return answer;
  return Error{ErrorCode::kServiceUnavailable, answer.error().message + ". A drill begins when all regions answer"};
}

// Every region must be there, or it is not only one that is lost; and tell what copies it has.
Result<void> check_all_answer(const DrillRequest& request, Deployment& deployment) {
  CopyFilter filter;
  filter.name_prefix = request.prefix;
  for (const std::string& region : request.regions) {
    COFFER_TRY(required(deployment.status(region)));
    COFFER_TRY(required(deployment.copies(region, filter)));
  }
  return {};
}

void count_copies(const std::vector<Copy>& copies, DrillPlan& plan) {
  for (const Copy& copy : copies) {
    if (is_drill_name(copy.name)) {
      ++plan.of_earlier_drills;
    } else if (!copy.is_primary()) {
      ++plan.replicas;
    } else {
      ++plan.primaries;
      plan.without_replicas += copy.replicas.empty() ? 1 : 0;
    }
  }
}

std::string others_of(const DrillPlan& plan) {
  std::string text = "While " + plan.lose +
                     " is cut off nobody can reach it, of any account. Nothing of what others have there is changed. "
                     "Of this account:\n";
  text += "  " + counted(plan.primaries, "secret has its", "secrets have their") + " primary in " + plan.lose +
          " and cannot be written";
  if (plan.without_replicas > 0)
    text += "; " + std::to_string(plan.without_replicas) + " of them " + (plan.without_replicas == 1 ? "has" : "have") +
            " no replica and cannot be read either";
  return text + "\n  " + counted(plan.replicas, "secret of another region has", "secrets of other regions have") +
         " a replica there; changes wait for it\n";
}

}  // namespace

Result<void> check_drill(const DrillRequest& request) {
  for (const std::string& name : request.regions) {
    if (std::ranges::count(request.regions, name) > 1) return usage("--regions names " + name + " twice");
  }
  const size_t regions = request.regions.size();
  if (regions < 2 || regions > kMostRegions)
    return usage("a drill takes 2 to " + std::to_string(kMostRegions) + " --regions");
  if (std::ranges::find(request.regions, request.lose) == request.regions.end())
    return usage("--lose " + request.lose + " is none of the --regions");
  if (request.secrets < regions)
    return usage("--secrets must be at least " + std::to_string(regions) + ", one for the writer of each region");
  return {};
}

Result<DrillPlan> plan_drill(DrillRequest& request, const std::string& cut_off_by, Deployment& deployment) {
  COFFER_ASSIGN(const RegionStatus status, required(deployment.status(request.lose)));
  if (request.regions.empty()) request.regions = status.regions;
  std::ranges::sort(request.regions);
  for (const std::string& region : request.regions) {
    if (std::ranges::find(status.regions, region) != status.regions.end()) continue;
    return usage(region + " is no region of this deployment, which has " + list_of(status.regions));
  }
  COFFER_TRY(check_drill(request));
  COFFER_TRY(check_all_answer(request, deployment));
  const auto regions = static_cast<int64_t>(request.regions.size());
  DrillPlan plan{.lose = request.lose,
                 .regions = request.regions,
                 .cut_off_by = cut_off_by,
                 .prefix = request.prefix,
                 .secrets = static_cast<int64_t>(request.secrets),
                 .cut_off_seconds = std::chrono::ceil<std::chrono::seconds>(2 * request.period).count(),
                 .calls_per_second = regions * DrillTraffic::calls_per_second(request.write_every),
                 .is_home = status.home_region == request.lose};
  COFFER_ASSIGN(const std::vector<Copy> copies, deployment.copies(request.lose, {}));
  count_copies(copies, plan);
  return plan;
}

std::string drill_plan_text(const DrillPlan& plan, Form form) {
  if (form == Form::kJson) return json_text_of_shape(plan);
  std::string text = "A drill on a deployment that runs. It will\n";
  text += "  make " + counted(plan.secrets, "secret") + " " + plan.prefix + "..., with primaries in " + plan.lose +
          " and replicas in " + list_of(plan.regions, plan.lose) + "\n";
  text += "  write and read these in every region, up to " + std::to_string(plan.calls_per_second) +
          " calls a second together\n";
  text += "  cut " + plan.lose + " off for " + std::to_string(plan.cut_off_seconds) +
          " s and the time that failing over takes: " + plan.cut_off_by + "\n";
  text += "  fail over and rejoin these secrets, and no others\n";
  text += "  heal " + plan.lose + " and delete these secrets, also when it fails or is stopped\n\n";
  text += others_of(plan);
  if (plan.is_home) {
    text += plan.lose +
            " is the home of identities: until it is back, accounts, users, roles, policies and access keys cannot be "
            "changed in any region. What there is goes on. The drill does not make another region home.\n";
  }
  if (plan.of_earlier_drills > 0) {
    text += counted(plan.of_earlier_drills, "secret") +
            " of earlier drills will stay; coffer drill --clean-up --present deletes "
            "them.\n";
  }
  return text;
}

}  // namespace coffer::cli
