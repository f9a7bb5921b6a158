// `coffer identity`: which region is home of identities, and moving the home to another one when it is lost. Every
// function prints its answer on standard output, or reports the failure, and returns the exit status.
#pragma once

#include "server/admin_target.h"
#include "server/dev_commands.h"

namespace coffer::server {

// As the target knows it, and what it hears from the others.
int show_home(const AdminTarget& target, OutputForm form);

enum class Force : uint8_t { kNo, kYes };  // whatever others answer
struct AdoptionRequest {
  AdminTarget target;  // which is to become home
  Force force = Force::kNo;
  Consent consent = Consent::kAsk;
  OutputForm form = OutputForm::kTable;
};
// Prints what it found, asks, and makes the region home. Success also when it is home already. kFailure when another
// region answers that it is home, unless forced.
int adopt_home(const AdoptionRequest& request);

}  // namespace coffer::server
