// `coffer account`: accounts are made, listed and closed through the admin socket of a region. Every function prints
// its answer, JSON, on standard output, or reports the failure, and returns the exit status.
#pragma once

#include <string>

#include "server/admin_target.h"

namespace coffer::server {

int create_account(const AdminTarget& target, const std::string& name, const std::string& id);
int list_accounts(const AdminTarget& target);
// For good; asks before, unless there is consent.
int close_account(const AdminTarget& target, const std::string& id, Consent consent);

}  // namespace coffer::server
