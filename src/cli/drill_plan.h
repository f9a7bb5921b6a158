// What a drill on a deployment that others use would do to it, for whoever has to say yes. Changes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/deployment.h"
#include "cli/drill.h"

namespace coffer::cli {

struct DrillPlan {
  std::string lose;
  std::vector<std::string> regions;  // with the lost one
  std::string cut_off_by;            // "coffer dev kills its process, and starts it again"
  std::string prefix;
  int64_t secrets = 0;
  int64_t cut_off_seconds = 0;   // at least
  int64_t calls_per_second = 0;  // about, all regions together
  // Of the account, and not of drills.
  int64_t primaries = 0;          // in the lost region
  int64_t without_replicas = 0;   // of these
  int64_t replicas = 0;           // there, of primaries elsewhere
  bool is_home = false;           // of identities
  int64_t of_earlier_drills = 0;  // secrets, in the lost region
  static constexpr wire::Field kFields[] = {wire::field<&DrillPlan::lose>("LostRegion"),
                                            wire::field<&DrillPlan::regions>("Regions"),
                                            wire::field<&DrillPlan::cut_off_by>("CutOffBy"),
                                            wire::field<&DrillPlan::prefix>("Prefix"),
                                            wire::field<&DrillPlan::secrets>("Secrets"),
                                            wire::field<&DrillPlan::cut_off_seconds>("CutOffSeconds"),
                                            wire::field<&DrillPlan::calls_per_second>("CallsPerSecond"),
                                            wire::field<&DrillPlan::primaries>("Primaries"),
                                            wire::field<&DrillPlan::without_replicas>("PrimariesWithoutReplicas"),
                                            wire::field<&DrillPlan::replicas>("Replicas"),
                                            wire::field<&DrillPlan::is_home>("IsHomeOfIdentities"),
                                            wire::field<&DrillPlan::of_earlier_drills>("SecretsOfEarlierDrills")};
};

// Without regions in the request: all of the deployment, which then are written there. kUsage when these cannot be
// drilled; kServiceUnavailable when one of them does not answer, since a drill loses one region and not two.
Result<DrillPlan> plan_drill(DrillRequest& request, const std::string& cut_off_by, Deployment& deployment);

// With a line end.
std::string drill_plan_text(const DrillPlan& plan, Form form);

// What is wrong with the regions and the number of secrets, of any drill.
Result<void> check_drill(const DrillRequest& request);

}  // namespace coffer::cli
