// What the cards of the Secrets Manager service may use, and the service itself.
#pragma once

#include <string>
#include <vector>

#include "api/service.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/region_list.h"
#include "kms/grants.h"
#include "kms/keyring.h"
#include "policy/principal_binding.h"
#include "policy/principal_directory.h"
#include "secrets/replica_lag.h"
#include "secrets/secret_store.h"

namespace coffer::secretsmanager {

class CrossAccountPermission;

struct Rooms {
  secrets::SecretStore& secrets;
  const secrets::ReplicaLags& lags;
  kms::Keyring& keyring;
  const kms::Grants& grants;
  const policy::PrincipalDirectory& principals;
  const policy::IdentityDirectory& identities;
  Random& random;
  Region region;
  RegionList regions;  // of the deployment
  size_t max_replica_regions = 4;
  const CrossAccountPermission* cross_account = nullptr;  // null: nothing is replicated to other accounts
  // kms:ViaService: "secretsmanager.us-east-1.amazonaws.com".
  const std::string via_service = "secretsmanager." + region.text() + ".amazonaws.com";
};

// All cards, in the order of the folder's list.
std::vector<api::Operation> operations();

// The service of those cards. `rooms` must outlive it.
api::Service make_service(Rooms& rooms);

}  // namespace coffer::secretsmanager
