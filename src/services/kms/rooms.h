// What the cards of the KMS service may use, and the service itself.
#pragma once

#include <vector>

#include "api/service.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/region_list.h"
#include "kms/grants.h"
#include "kms/keyring.h"

namespace coffer::kms_service {

struct Rooms {
  kms::Keyring& keyring;
  kms::Grants& grants;
  kms::Directories directories;
  Random& random;
  Region region;
  RegionList regions;  // of the deployment
};

// All cards, in the order of the folder's list.
std::vector<api::Operation> operations();

// The service of those cards. `rooms` must outlive it.
api::Service make_service(Rooms& rooms);

}  // namespace coffer::kms_service
