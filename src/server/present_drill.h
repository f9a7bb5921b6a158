// A drill on a deployment that runs and that others use: which one, as whom, and who cuts the region off. Must never
// change anything before run_drill() has asked. Main thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/drill.h"
#include "cli/drill_plan.h"
#include "server/deployment_access.h"
#include "server/drill_command.h"
#include "server/drill_switch.h"
#include "server/files.h"
#include "server/interrupt.h"

namespace coffer::server {

class PresentDrill {
 public:
  struct Parts {
    const DrillCommand& command;
    const Interrupt& interrupt;
    const Clock& clock;
    Random& random;
    const cli::Show& show;
  };
  // kUsage when nobody is there to cut the region off, kNotFound when the deployment does not run, or a region of it
  // that is drilled, kConstraintViolation while another drill is held on the same `coffer dev`.
  static Result<std::unique_ptr<PresentDrill>> open(const Parts& parts);

  // Errors as plan_drill().
  Result<cli::DrillPlan> plan();
  // What was planned.
  cli::DrillReport hold() const;

  // The region that a drill has left cut off, if anybody knows; empty: none.
  std::string left_cut_off() const;
  // And healing it.
  Result<void> heal_left();
  struct Left {
    std::vector<std::string> names;            // of secrets
    std::vector<std::string> unknown_regions;  // which cannot be asked, and may have more
  };
  // What drills have left. Errors as Deployment has them, of the region that is asked for the others.
  Result<Left> find_left();
  std::vector<cli::DrillLeftover> delete_left() const;
  std::string clean_up_command() const;
  // What has to come before commands of AWS's, for the credentials; empty: nothing.
  std::vector<std::string> credentials_commands() const;
  // As one word of a shell command.
  std::string url_of(const std::string& region) const;

 private:
  explicit PresentDrill(const Parts& parts) : parts_(parts) {}
  Result<void> take(const Deployment& deployment);
  Result<void> choose_switch();
  // kNotFound names a region that has to run and does not.
  Result<void> check_all_run() const;
  Result<void> connect();
  std::function<cli::Deployment()> make(cli::Heed heed) const;

  const Parts parts_;
  std::optional<Deployment> deployment_;  // of coffer dev
  std::vector<std::string> stopped_;      // regions of it, at first
  std::optional<FileLock> lock_;
  std::optional<DeploymentAccess> access_;
  DrillSwitch switch_;
  cli::DrillRequest request_;
  std::vector<std::string> regions_;  // of the deployment, for cleaning up
};

}  // namespace coffer::server
