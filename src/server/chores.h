// The chores of a region, of what it is made of.
#pragma once

#include <vector>

#include "iam/access_key_uses.h"
#include "kms/key_rotation.h"
#include "kms/keyring.h"
#include "replication/cross_account_copier.h"
#include "replication/departures.h"
#include "secrets/secret_store.h"
#include "server/home_duties.h"
#include "server/maintenance.h"
#include "sts/session_keys.h"

namespace coffer::server {

struct ChoreParts {
  secrets::SecretStore& secrets;
  kms::Keyring& keyring;
  kms::Rotator& rotator;
  iam::AccessKeyUses& key_uses;
  sts::SessionKeys* session_keys;                  // null: there are none
  HomeDuties* home_duties;                         // likewise
  replication::CrossAccountCopier* cross_account;  // likewise
  replication::Departures* departures;             // likewise
  const Clock& clock;
};

// Does what a new home has to do, within a second; copies secrets to other accounts, forgets regions that were removed,
// and writes noted accesses every second; erases secrets past their recovery window and KMS keys past their date, gives
// KMS keys new material and makes session keys every minute; writes when access keys were used every ten seconds.
std::vector<Chore> region_chores(const ChoreParts& parts);

}  // namespace coffer::server
